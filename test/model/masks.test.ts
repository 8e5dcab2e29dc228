import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { attention } from '../../src/core/model/deit/attention.ts';
import { type BlockMasks, block } from '../../src/core/model/deit/block.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { type DeitMasks, deit, tokens } from '../../src/core/model/deit/deit.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { mlp } from '../../src/core/model/deit/mlp.ts';
import { mapParams } from '../../src/core/model/deit/params.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { full, generate, type Tensor } from '../../src/core/tensor/tensor.ts';

const config = deitConfig({ image: [8, 12], patch: 4, dim: 6, depth: 2, heads: 3, hidden: 10, classes: 5, distilled: true });
const params = seededParams(7, config);
const [first] = params.blocks;
const [B, N, D, H, HIDDEN] = [2, 8, config.dim, config.heads, config.hidden];
const d = D / H;
const numbers = (shape: Shape, step: number): Tensor => generate(shape, (i) => ((i * step) % 23) / 11 - 1);
const image = numbers([B, 3, 8, 12], 5);
const x = numbers([B, N, D], 7);

/** A mask that drops one element and keeps another with the weight of a dropout of ⅕. */
const [DROPPED, WEIGHTY] = [11, 20];
const mask = (shape: Shape): Tensor => generate(shape, (i) => (i === DROPPED ? 0 : i === WEIGHTY ? 1.25 : 1));
const ones = (shape: Shape): Tensor => full(shape, 1);
/** By how much each element of a masked value differs from it without. */
const change = ({ data }: Tensor): Tensor['data'] =>
  generate([data.length], (i) => (i === DROPPED ? -data[i] : i === WEIGHTY ? 0.25 * data[i] : 0)).data;

const expectClose = (got: Tensor, want: Tensor): void => {
  expect(got.shape).toEqual(want.shape);
  const off = Array.from(want.data, (value, i) => Math.abs(got.data[i] - value));
  expect(Math.max(...off)).toBeLessThan(1e-14);
};
/** `y` plus what `changes` of the layer before, `(rows, wide)`, become in `w (D, wide)`. */
const plusLinear = (y: Tensor, changes: ArrayLike<number>, w: Tensor): Tensor => {
  const wide = w.shape[1];
  return generate(y.shape, (i) => {
    const [row, out] = [Math.floor(i / D), i % D];
    let sum = y.data[i];
    for (let j = 0; j < wide; j++) sum += changes[row * wide + j] * w.data[out * wide + j];
    return sum;
  });
};

describe('a mask of dropout multiplies', () => {
  const traced = mapParams((p) => untraced(p), params).blocks[0];
  const attended = attention(reference)(H, first.attn, x);
  const thought = mlp(reference)(first.mlp, x);

  it('the attention probabilities', () => {
    const { qkv, attn_probs: probabilities } = taps([attention(trace(reference))(H, traced.attn, untraced(x))]);
    const changes = change(probabilities);
    // What head h adds to channel (h, e) of token n: its changed probabilities times the values, which are the last third of qkv.
    const context = generate([B, N, D], (i) => {
      const [b, n, h, e] = [Math.floor(i / (N * D)), Math.floor(i / D) % N, Math.floor(i / d) % H, i % d];
      let sum = 0;
      for (let m = 0; m < N; m++) sum += changes[((b * H + h) * N + n) * N + m] * qkv.data[(b * N + m) * 3 * D + 2 * D + h * d + e];
      return sum;
    });
    const masked = attention(reference)(H, first.attn, x, { probabilities: mask([B, H, N, N]) });
    expectClose(masked, plusLinear(attended, context.data, first.attn.proj.weight));
  });

  it('the output of the projection', () => {
    const masked = attention(reference)(H, first.attn, x, { projection: mask([B, N, D]) });
    expect(masked).toEqual(reference.mul(attended, mask([B, N, D])));
  });

  it('the hidden layer after its GELU', () => {
    const { mlp_act: hidden } = taps([mlp(trace(reference))(traced.mlp, untraced(x))]);
    const masked = mlp(reference)(first.mlp, x, { hidden: mask([B, N, HIDDEN]) });
    expectClose(masked, plusLinear(thought, change(hidden), first.mlp.fc2.weight));
  });

  it('the output of the MLP', () => {
    const masked = mlp(reference)(first.mlp, x, { output: mask([B, N, D]) });
    expect(masked).toEqual(reference.mul(thought, mask([B, N, D])));
  });

  it('the tokens before the first block', () => {
    const start = reference.mul(tokens(reference)(params, image), mask([B, N, D]));
    const deep = params.blocks.reduce((t, p) => block(reference)(config, p, t), start);
    const normed = reference.layerNorm(config.eps, deep, params.norm.weight, params.norm.bias);
    const cls = reference.reshape([B, D], reference.slice(1, 0, 1, normed));
    expect(deit(reference, config)(params, image, { tokens: mask([B, N, D]) }).cls).toEqual(
      reference.linear(cls, params.head.weight, params.head.bias),
    );
  });
});

describe('in the whole model', () => {
  it('masks of ones change no bit', () => {
    const blockOnes: BlockMasks<Tensor> = {
      attnPath: ones([B]),
      mlpPath: ones([B]),
      attn: { probabilities: ones([B, H, N, N]), projection: ones([B, N, D]) },
      mlp: { hidden: ones([B, N, HIDDEN]), output: ones([B, N, D]) },
    };
    const masks: DeitMasks<Tensor> = { tokens: ones([B, N, D]), blocks: [blockOnes, blockOnes] };
    expect(deit(reference, config)(params, image, masks)).toEqual(deit(reference, config)(params, image));
  });

  it('each block has its own: where both branches of one are dropped, it is as if it were not there', () => {
    const nothing = full([B, N, D], 0);
    const dropped: BlockMasks<Tensor> = { attn: { projection: nothing }, mlp: { output: nothing } };
    for (const i of [0, 1]) {
      const without = deit(reference, { ...config, depth: 1 })({ ...params, blocks: [params.blocks[1 - i]] }, image);
      expect(deit(reference, config)(params, image, { blocks: [0, 1].map((j) => (j === i ? dropped : {})) })).toEqual(without);
    }
  });
});
