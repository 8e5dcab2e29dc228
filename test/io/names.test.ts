import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Shape } from '../../src/core/shape.ts';
import { tensor, zeros } from '../../src/core/tensor.ts';
import { memorySource } from '../../src/io/byte-source.ts';
import { detectNaming, toHuggingFace, toTimm, type Weights } from '../../src/io/names.ts';
import { readWeights } from '../../src/io/read-weights.ts';
import { messageOf, right } from './support.ts';

const golden = async (name: string): Promise<Weights> =>
  right(await readWeights(memorySource(new Uint8Array(readFileSync(new URL(`../golden/data/${name}.safetensors`, import.meta.url)))))());
const shapes = (weights: Weights): Readonly<Record<string, Shape>> =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));
const same = (a: Weights, b: Weights): void => {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  for (const [name, { shape, data }] of Object.entries(a)) {
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
    expect(messageOf(toTimm(hf, shapes(timm)))).toContain(
      '2 missing: "head_dist.weight (no such parameter in DeiTForImageClassification)"',
    );
    expect(messageOf(toHuggingFace(timm, 'DeiTForImageClassification'))).toContain('2 not expected: "head_dist.weight", "head_dist.bias"');
    expect(messageOf(toHuggingFace(timm, 'ViTForImageClassification'))).toContain('3 not expected: "dist_token"');
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
