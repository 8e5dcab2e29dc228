import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRight } from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams } from '../../src/core/model/deit/params.ts';
import { tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { loadWeights, saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { toHuggingFace, type Weights } from '../../src/io/naming/rename.ts';
import { right } from '../support/right.ts';
import { listening } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const fixture = (name: string): string => fileURLToPath(new URL(`../io/fixtures/${name}`, import.meta.url));
const cat = fileURLToPath(new URL('../../data/chelsea.png', import.meta.url));

const deit = async (...words: readonly string[]) => {
  const terminal = listening();
  return { exit: await run(words, terminal), noted: terminal.noted.join('\n') };
};
/** What `deit convert` says of weights whose model it must infer. */
const said = async (weights: Weights): Promise<string> => {
  right(await saveWeights(at('in.safetensors'), weights)());
  return (await deit('convert', at('in.safetensors'), at('out.safetensors'), '--to', 'timm')).noted;
};
const without = (weights: Weights, ...names: readonly string[]): Weights =>
  Object.fromEntries(Object.entries(weights).filter(([name]) => !names.includes(name)));

const config = deitConfig({ image: [32, 32], dim: 64, depth: 2, heads: 1, classes: 5, distilled: true });
const timm: Weights = namedParams(seededParams(1, config));
const hf = right(toHuggingFace(timm));

describe('without --model and --config every key that does not fit is listed at once', () => {
  it('under Hugging Face names', async () => {
    const key = 'deit.encoder.layer.1.attention.attention.key.weight';
    const wrong = {
      ...without(hf, 'deit.layernorm.weight', 'deit.encoder.layer.0.output.dense.bias'),
      extra: zeros([3]),
      'cls_classifier.bias': zeros([7]),
      [key]: zeros([64, 63]),
    };
    expect(await said(wrong)).toContain(
      'under the names of DeiTForImageClassificationWithTeacher: ' +
        '2 missing: "deit.encoder.layer.0.output.dense.bias" (64), "deit.layernorm.weight" (64); 1 not expected: "extra"; ' +
        `2 of another shape: "${key}" is (64, 63), not (64, 64), "cls_classifier.bias" is (7), not (5)`,
    );
  });

  it('under timm names, whichever is missing', async () => {
    for (const name of ['head.weight', 'cls_token', 'blocks.0.norm1.weight', 'blocks.0.mlp.fc1.weight', 'norm.weight', 'pos_embed'])
      expect(await said({ ...without(timm, name), extra: zeros([3]) })).toMatch(
        new RegExp(`under timm's names: 1 missing: "${name}" \\([0-9, ]+\\); 1 not expected: "extra"$`),
      );
  });

  it('a stray name of the other naming is a stray name', async () => {
    expect(await said({ 'deit.pooler.bias': zeros([1]), ...timm })).toMatch(/under timm's names: 1 not expected: "deit.pooler.bias"$/);
  });
});

describe('DeiTForImageClassification, which has a distillation token and no distillation head', () => {
  const tiny = at('tiny.json');
  writeFileSync(tiny, '{"dim":4,"depth":1,"heads":1,"hidden":8,"patch":2,"image":[4,4],"classes":3,"distilled":true}');

  it.each(['deit_saved', 'deit_state_dict'])('%s is renamed to timm and back', async (name) => {
    const [there, back] = [at('there.safetensors'), at('back.safetensors')];
    const first = await deit('convert', fixture(`${name}.safetensors`), there, '--to', 'timm', '--config', tiny);
    expect(first).toEqual({ exit: 0, noted: expect.stringMatching(/parameters as F32, without a distillation head$/) });
    expect(Object.keys(right(await loadWeights(there)()))).not.toContain('head_dist.weight');
    expect((await deit('convert', there, back, '--to', 'hf', '--config', tiny)).exit).toBe(0);
    expect(right(await loadWeights(back)())).toEqual(right(await loadWeights(fixture('deit_saved.safetensors'))()));
  });

  it('is inferred from its shapes too', async () => {
    expect(await said(right(toHuggingFace(without(timm, 'head_dist.weight', 'head_dist.bias'))))).toContain('without a distillation head');
  });

  it('is not run: that is said beside what else is wrong', async () => {
    const weights = ['--weights', fixture('deit_saved.safetensors'), '--config', tiny];
    for (const words of [
      ['predict', cat, ...weights],
      ['forward', '--input', cat, '--out', at('o'), ...weights],
      ['convert', fixture('deit_saved.safetensors'), at('o.onnx'), '--to', 'onnx', '--config', tiny],
    ]) {
      const { exit, noted } = await deit(...words);
      expect(exit).toBe(3);
      expect(noted).toContain('2 that this class has no name for: "head_dist.weight", "head_dist.bias"; a distilled model without');
      expect(noted).toContain('use a checkpoint with both heads');
    }
  });

  it('a model with both heads that lacks one tensor is not taken for it', async () => {
    expect(await said(without(timm, 'head_dist.weight'))).toMatch(/1 missing: "head_dist.weight" \(5, 64\)$/);
  });
});

describe('--entry', () => {
  it('says where a checkpoint keeps the weights', async () => {
    const { noted } = await deit('convert', fixture('net.pth'), at('o'), '--to', 'timm');
    expect(noted).toContain('give the entry that does hold one: "net"');
    expect((await deit('convert', fixture('net.pth'), at('o'), '--to', 'timm', '--entry', 'net')).noted).toContain(
      'for a DeiT: "fc1.weight", "fc1.bias"',
    );
    for (const command of [
      ['predict', cat],
      ['forward', '--input', cat, '--out', at('o')],
    ])
      expect((await deit(...command, '--weights', fixture('net.pth'), '--entry', 'net')).noted).toContain('for a DeiT: "fc1.weight"');
  });

  it('is refused where it would do nothing', async () => {
    expect((await deit('predict', cat, '--model', 'deit_tiny_patch16_224', '--entry', 'model')).noted).toContain('--weights F');
    expect((await deit('convert', fixture('deit_saved.safetensors'), at('o'), '--to', 'timm', '--entry', 'model')).noted).toContain(
      'no entry "model"',
    );
  });
});

describe('tensors that cannot be used say why', () => {
  const forward = async (input: string): Promise<string> =>
    (await deit('forward', '--model', 'deit_tiny_patch16_224', '--input', input, '--out', at('o'))).noted.split('\n').at(-1) ?? '';

  it('as the input of forward', async () => {
    expect(await forward(at('nowhere.safetensors'))).toMatch(/^deit: file: cannot open ".*nowhere.safetensors": there is no such file/);
    expect(await forward(fixture('nan.pth'))).toMatch(
      /^deit: --input .*nan.pth: tensor: "b" holds NaN at flat index 1; only finite numbers can be computed with$/,
    );
    writeFileSync(at('cat.webp'), 'RIFF');
    expect(await forward(at('cat.webp'))).toMatch(
      /^deit: --input .*cat.webp \(not .png, .jpg or .jpeg, so read as tensors\): weights: neither a safetensors file .* "RIFF"$/,
    );
  });

  it('in a type that is too narrow', async () => {
    right(await saveWeights(at('wide.safetensors'), { ...timm, 'head.bias': tensor([5], [0, 0, -70_000, 0, 0]) })());
    const { exit, noted } = await deit('convert', at('wide.safetensors'), at('narrow.safetensors'), '--to', 'timm', '--dtype', 'F16');
    expect([exit, noted]).toEqual([3, expect.stringContaining('"head.bias" holds -70000 at flat index 2, too large for F16')]);
    expect(isRight(await loadWeights(at('narrow.safetensors'))())).toBe(false);
  });
});
