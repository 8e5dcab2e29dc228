import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { inferConfig } from '../../src/core/model/deit/infer-config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams } from '../../src/core/model/deit/params.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { memorySource } from '../../src/io/bytes/byte-source.ts';
import { readWeights } from '../../src/io/checkpoint/read-checkpoint.ts';
import { detectNaming, timmShapes, toHuggingFace, toTimm, type Weights } from '../../src/io/naming/rename.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';
import { messageOf } from './support.ts';

const golden = async (name: string): Promise<Weights> =>
  right(await readWeights(memorySource(new Uint8Array(readFileSync(new URL(`../golden/data/${name}.safetensors`, import.meta.url)))))());
const fixture = async (name: string): Promise<Weights> =>
  right(await readWeights(memorySource(new Uint8Array(readFileSync(new URL(`fixtures/${name}.safetensors`, import.meta.url)))))());
const shapes = (weights: Weights): Readonly<Record<string, Shape>> =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));
const same = (a: Weights, b: Weights): void => {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  for (const [name, { shape, data }] of notEmpty(Object.entries(a))) {
    expect([name, b[name]?.shape]).toEqual([name, shape]);
    expect(Buffer.from(data.slice().buffer).equals(Buffer.from(b[name]?.data.slice().buffer ?? new ArrayBuffer(0))), name).toBe(true);
  }
};

const models = [
  ['model_square_plain', 'ViTForImageClassification'],
  ['model_square_distilled', 'DeiTForImageClassificationWithTeacher'],
  ['model_rect_distilled', 'DeiTForImageClassificationWithTeacher'],
] as const;

describe.each(models)('%s', (model, naming) => {
  test('the real Hugging Face names become timm’s and back, bit for bit', async () => {
    const [timm, hf] = [await golden(model), await golden(`${model}.hf`)];
    expect([right(detectNaming(Object.keys(timm))), right(detectNaming(Object.keys(hf)))]).toEqual(['timm', naming]);
    same(right(toTimm(hf, shapes(timm))), timm);
    same(right(toTimm(hf)), timm);
    same(right(toTimm(timm, shapes(timm))), timm);
    same(right(toHuggingFace(timm)), hf);
  });

  test('every wrong parameter is listed at once, under the file’s names', async () => {
    const [timm, hf] = [await golden(model), await golden(`${model}.hf`)];
    const prefix = naming.startsWith('ViT') ? 'vit' : 'deit';
    const dim = timm.cls_token?.shape[2] as number;
    const query = `${prefix}.encoder.layer.1.attention.attention.query.weight`;
    const { [`${prefix}.layernorm.bias`]: _, [query]: __, ...rest } = hf;
    const wrong = { ...rest, 'pooler.dense.bias': zeros([3]), __proto_: zeros([1]), [`${prefix}.embeddings.cls_token`]: zeros([1, dim]) };
    expect(messageOf(toTimm(wrong, shapes(timm)))).toBe(
      `weights: under the names of ${naming}: 2 missing: "${query}" (${dim}, ${dim}), "${prefix}.layernorm.bias" (${dim}); ` +
        `2 not expected: "pooler.dense.bias", "__proto_"; 1 of another shape: "${prefix}.embeddings.cls_token" is (1, ${dim}), not (1, 1, ${dim})`,
    );
    expect(messageOf(toTimm(wrong))).toContain(`1 missing: "${query}" (${dim}, ${dim}); 2 not expected`);
    const { 'norm.bias': ___, ...short } = timm;
    expect(messageOf(toTimm({ ...short, 'blocks.0.ls1.gamma': zeros([dim]) }, shapes(timm)))).toBe(
      `weights: under timm's names: 1 missing: "norm.bias" (${dim}); 1 not expected: "blocks.0.ls1.gamma"`,
    );
  });
});

describe('the other classes', () => {
  test('a distilled model without its second head is DeiTForImageClassification, and with it does not fit there', async () => {
    const timm = await golden('model_rect_distilled');
    const { 'head_dist.weight': _, 'head_dist.bias': __, ...single } = timm;
    const hf = right(toHuggingFace(single));
    expect(Object.keys(hf)).toContain('classifier.weight');
    expect(right(detectNaming(Object.keys(hf)))).toBe('DeiTForImageClassification');
    same(right(toTimm(hf, shapes(single))), single);
    expect(messageOf(toTimm(hf, shapes(timm)))).toBe(
      'weights: under the names of DeiTForImageClassification: 2 that this class has no name for: "head_dist.weight", "head_dist.bias"',
    );
    expect(messageOf(toHuggingFace(timm, 'DeiTForImageClassification'))).toContain('2 not expected: "head_dist.weight", "head_dist.bias"');
    expect(messageOf(toHuggingFace(timm, 'ViTForImageClassification'))).toContain('3 not expected: "dist_token"');
  });

  test('state_dict() and save_pretrained of transformers 5 spell one model in two ways, and mean the same', async () => {
    const [listed, saved] = [await fixture('deit_state_dict'), await fixture('deit_saved')];
    expect(Object.keys(listed)).toContain('deit.layers.0.attention.o_proj.weight');
    expect(Object.keys(saved)).toContain('deit.encoder.layer.0.attention.output.dense.weight');
    same(right(toTimm(listed)), right(toTimm(saved)));
    same(right(toHuggingFace(right(toTimm(listed)))), saved);
    const { 'deit.layers.0.attention.k_proj.bias': _, 'deit.layers.0.mlp.fc2.bias': __, ...short } = listed;
    expect(messageOf(toTimm(short, shapes(right(toTimm(saved)))))).toContain(
      '2 missing: "deit.layers.0.attention.k_proj.bias" (4), "deit.layers.0.mlp.fc2.bias" (4)',
    );
  });

  test('a stray name of another naming is one surplus, whatever it is', async () => {
    const [timm, hf] = [await golden('model_rect_distilled'), await golden('model_rect_distilled.hf')];
    for (const stray of ['deit.pooler.bias', 'vit.layers.0.mlp.fc1.bias'])
      expect(messageOf(toTimm({ [stray]: zeros([1]), ...timm }, shapes(timm)))).toBe(
        `weights: under timm's names: 1 not expected: "${stray}"`,
      );
    for (const stray of ['blocks.0.norm1.bias', 'deit.layers.0.mlp.fc1.bias', 'classifier.bias', 'vit.encoder.layer.0.x'])
      expect(messageOf(toTimm({ [stray]: zeros([1]), ...hf }, shapes(timm)))).toBe(
        `weights: under the names of DeiTForImageClassificationWithTeacher: 1 not expected: "${stray}"`,
      );
  });

  test('names of distributed training lose their prefix', async () => {
    const timm = await golden('model_square_plain');
    const wrapped = Object.fromEntries(Object.entries(timm).map(([name, value]) => [`module.${name}`, value]));
    same(right(toTimm(wrapped, shapes(timm))), timm);
  });

  test('names of something else, none, and rows that do not divide', () => {
    expect(messageOf(toTimm({ 'conv1.weight': zeros([1]) }))).toContain('for a DeiT: "conv1.weight"');
    expect(messageOf(toTimm({}))).toContain('there are none');
    expect(messageOf(toHuggingFace({ 'blocks.0.attn.qkv.bias': tensor([4], [1, 2, 3, 4]) }))).toContain(
      'is (4), whose rows do not divide by 3',
    );
    expect(messageOf(toTimm({ cls_token: zeros([1, 1, 2]), 'blocks.99999999999.norm1.bias': zeros([1]) }, {}))).toContain('2 not expected');
  });

  test('query, key and value of different shapes are named', () => {
    const layer = 'vit.encoder.layer.0.attention.attention';
    const parts = { [`${layer}.query.bias`]: zeros([2]), [`${layer}.key.bias`]: zeros([3]), [`${layer}.value.bias`]: zeros([2]) };
    expect(messageOf(toTimm(parts))).toContain(`"${layer}.key.bias" is (3), not (2)`);
  });
});

describe('the model that shapes tell', () => {
  const config = deitConfig({ image: [32, 32], dim: 64, depth: 3, heads: 1, classes: 5, hidden: 96, distilled: true });
  const whole: Weights = namedParams(seededParams(1, config));
  const told = (weights: Weights) => inferConfig(right(timmShapes(weights)));
  const without = (weights: Weights, ...names: readonly string[]): Weights =>
    Object.fromEntries(Object.entries(weights).filter(([name]) => !names.includes(name)));

  test('does not depend on any one parameter', () => {
    const hf = right(toHuggingFace(whole));
    const shownByOne = ['pos_embed', 'patch_embed.proj.weight'];
    for (const name of notEmpty(Object.keys(whole).filter((each) => !shownByOne.includes(each))))
      expect([name, told(without(whole, name))]).toEqual([name, E.right(config)]);
    for (const name of notEmpty(Object.keys(hf).filter((each) => !/position|projection.weight/.test(each))))
      expect([name, told(without(hf, name))]).toEqual([name, E.right(config)]);
    for (const name of Object.keys(whole)) expect(E.isRight(told(without(whole, name)))).toBe(true);
  });

  test('nor on a misshapen one, of any number of axes', () => {
    for (const name of Object.keys(whole).filter((each) => !['pos_embed', 'patch_embed.proj.weight'].includes(each)))
      for (const shape of [[], [3], [7, 7], [2, 2, 2]])
        expect([name, told({ ...whole, [name]: zeros(shape) })]).toEqual([name, E.right(config)]);
    // What only one parameter shows is DeiT's own when that has another number of axes.
    for (const shape of [[64], [64, 3], []]) {
      expect(told({ ...whole, pos_embed: zeros(shape) })).toEqual(E.right({ ...config, image: [224, 224] }));
      expect(told({ ...whole, 'patch_embed.proj.weight': zeros(shape) })).toEqual(E.right(config));
    }
  });

  test.each<readonly [string, Weights, string]>([
    ['no patches', { pos_embed: zeros([1, 2, 64]) }, '0 patches do not make a square grid'],
    ['fewer tokens than special ones', { pos_embed: zeros([1, 1, 64]) }, '-1 patches do not make a square grid'],
    ['no square of patches', { pos_embed: zeros([1, 9, 64]) }, '7 patches do not make a square grid'],
    ['patches of no pixels', { 'patch_embed.proj.weight': zeros([64, 3, 0, 0]) }, 'patch must be a whole number above 0, got 0'],
    [
      'no classes',
      { 'head.weight': zeros([0, 64]), 'head.bias': zeros([0]), 'head_dist.weight': zeros([0, 64]), 'head_dist.bias': zeros([0]) },
      'classes must be a whole number above 0, got 0',
    ],
  ])('%s is no configuration', (_, changed, message) => {
    const result = told({ ...whole, ...changed });
    expect(E.isLeft(result) && result.left).toContain(message);
  });

  test('other parameters are not those of a DeiT', () => {
    for (const weights of [{ cls_token: zeros([1, 1, 64]) }, { 'blocks.0.ls1.gamma': zeros([64]), pos_embed: zeros([1, 197, 64]) }]) {
      const result = told(weights);
      expect(E.isLeft(result) && result.left).toContain('these are not the parameters of a DeiT');
    }
  });
});
