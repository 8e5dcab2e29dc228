import { expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import { deit } from '../../src/core/model/deit.ts';
import { mapParams, specification } from '../../src/core/model/params.ts';
import { ZOO } from '../../src/core/model/zoo.ts';
import { ShapeError, zeros } from '../../src/core/tensor.ts';

const config = ZOO.deit_tiny_distilled_patch16_224;

it('knows the shape of every logit without computing any', () => {
  const { cls, dist } = deit(shape, config)(
    mapParams(({ shape: of }) => sketch(of), specification(config)),
    sketch([2, 3, 224, 224]),
  );
  expect([cls.shape, dist?.shape]).toEqual([
    [2, 1000],
    [2, 1000],
  ]);
  expect(problems([cls, ...(dist === undefined ? [] : [dist])])).toEqual([]);
});

it('reports every mistake of a model at once, each with its block', () => {
  const params = mapParams((spec, name) => {
    if (name === 'blocks.3.attn.qkv.weight') return sketch([576, 191]);
    if (name === 'blocks.7.norm2.bias') return sketch([193]);
    return sketch(name === 'head.weight' ? [1000, 384] : spec.shape);
  }, specification(config));
  const { cls } = deit(shape, config)(params, sketch([1, 3, 224, 224]));
  expect(problems([cls]).map(({ where, operation }) => where + operation)).toEqual(['blocks.3.linear', 'blocks.7.layerNorm', 'linear']);
  expect(problems([cls])[0].message).toContain('w (576, 191)');
});

it('a mistake in the reference throws one ShapeError naming the operation and both shapes', () => {
  expect(() => reference.add(zeros([2, 3]), zeros([3, 2]))).toThrow(ShapeError);
  expect(() => reference.add(zeros([2, 3]), zeros([3, 2]))).toThrow(/^add: shapes \(2, 3\) and \(3, 2\)/);
  expect(() => reference.matmul(zeros([2, 3]), zeros([2, 3]))).toThrow(/^matmul: .*\(2, 3\) @ \(2, 3\)/);
});
