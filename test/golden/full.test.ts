import { expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { cosineSimilarity } from '../../src/core/metric/cosine.ts';
import { paramShapes } from '../../src/core/model/deit/params.ts';
import { forwardProgram } from '../../src/core/model/deit/program.ts';
import { ZOO } from '../../src/core/model/zoo.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import { hashTensor } from '../../src/core/random/hash.ts';
import { generate, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { below, expectGolden, golden, manifest } from '../support/golden.ts';
import { hashedParameter } from '../support/hashed.ts';

const sum = (t: Tensor): number => Array.from(t.data).reduce((a, b) => a + b, 0);
/** Rows of `t` (…, W): for each of the first `count` tokens of image 0, every `step`-th channel from 0, at most `width`. */
const corner = (t: Tensor, count: number, step: number, width: number): Tensor =>
  generate([count, width], (i) => t.data[Math.floor(i / width) * t.shape[2] + (i % width) * step]);

it.each([
  ['deit_tiny_distilled_patch16_224', 2],
  ['deit_tiny_patch16_224', 1],
] as const)(
  '%s at full size, from hashed weights',
  (name, batch) => {
    const config = ZOO[name];
    const want = below(`${name}/`, golden('full'));
    const weights = mapRecord((shape, key) => hashedParameter(key, shape), paramShapes(config));
    const image = hashTensor('image', manifest.seed, [batch, 3, 224, 224], 2);
    const logits = forwardProgram(config)(trace(reference), mapRecord(untraced, { ...weights, image }));
    const tap = taps(Object.values(logits));
    const special = config.distilled ? 2 : 1;
    const near = (key: string, got: Tensor) => expectGolden(`${name} ${key}`, got, want[key], 1e-9, 1e-9);
    near('logits_cls', logits.logits_cls.value);
    if (config.distilled) {
      near('logits_dist', logits.logits_dist.value);
      near('logits_eval', logits.logits_eval.value);
    }
    near('tokens_slice', corner(tap.tokens, special + 2, 1, 16));
    near('tokens_last', tensor([16], tap.tokens.data.slice((tap.tokens.shape[1] - 1) * 192, (tap.tokens.shape[1] - 1) * 192 + 16)));
    for (const i of [0, 5, 11]) {
      near(`block${i}_qkv`, corner(tap[`blocks.${i}.qkv`], special, 24, 24));
      const probs = tap[`blocks.${i}.attn_probs`];
      const n = probs.shape[3];
      near(
        `block${i}_probs_cls`,
        generate([3, 24], (at) => probs.data[Math.floor(at / 24) * n * n + (at % 24)]),
      );
      near(`block${i}_out`, corner(tap[`blocks.${i}.out`], special + 1, 12, 16));
    }
    near('norm', corner(tap.norm, special, 1, 192));
    near('checksum', tensor([5], [tap.tokens, tap['blocks.0.out'], tap['blocks.11.out'], tap.norm, logits.logits_cls.value].map(sum)));
    if (config.distilled) {
      const layers = [...Array(12).keys()].map((i) => tap[`blocks.${i}.out`]).concat(tap.norm);
      const token = (t: Tensor, b: number, i: number) =>
        tensor([192], t.data.slice((b * t.shape[1] + i) * 192, (b * t.shape[1] + i + 1) * 192));
      const cosines = layers.flatMap((t) => [0, 1].map((b) => cosineSimilarity(token(t, b, 0), token(t, b, 1)).data[0]));
      near('cos_cls_dist', tensor([13, 2], cosines));
    }
    expect(Object.keys(want).length).toBeGreaterThan(12);
  },
  120_000,
);
