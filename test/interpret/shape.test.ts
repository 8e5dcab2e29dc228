import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, type Sketch, shape, sketch } from '../../src/core/interpret/shape.ts';
import { block } from '../../src/core/model/deit/block.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import { mapParams, specification } from '../../src/core/model/deit/params.ts';
import { ZOO } from '../../src/core/model/zoo.ts';
import { ShapeError, zeros } from '../../src/core/tensor/tensor.ts';

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

it('reports every mistake of a program at once, each with its place', () => {
  const weights = mapParams((spec, name) => {
    if (name === 'blocks.3.attn.qkv.weight') return sketch([576, 191]);
    if (name === 'blocks.7.norm2.bias') return sketch([193]);
    return sketch(name === 'blocks.9.mlp.fc1.weight' ? [767, 192] : spec.shape);
  }, specification(config));
  const y = weights.blocks.reduce((x, p, i) => block(shape.within(`blocks.${i}`))(config, p, x), sketch([1, 198, 192]));
  expect(problems([y]).map(({ where, operation }) => where + operation)).toEqual([
    'blocks.3.linear',
    'blocks.7.layerNorm',
    'blocks.9.linear',
  ]);
  expect(problems([y])[0].message).toContain('w (576, 191)');
});

describe('one mistake is reported once, and what follows from it not at all', () => {
  const [x, narrow] = [sketch([2, 3]), sketch([5, 4])];
  it.each<[string, Sketch, readonly string[]]>([
    ['the rest of a chain', shape.matmul(shape.add(x, sketch([2, 4])), sketch([4, 5])), ['add']],
    ['a mistake after one whose result is known', shape.linear(shape.linear(x, narrow), narrow), ['linear', 'linear']],
    ['a mistake on another branch', shape.concat(0, shape.add(x, narrow), shape.mul(x, narrow)), ['add', 'mul']],
    ['what comes after the branch', shape.matmul(shape.add(x, shape.permute([0], x)), narrow), ['permute', 'matmul']],
    ['weight and bias that disagree', shape.add(shape.linear(x, sketch([4, 3]), sketch([3])), x), ['linear']],
  ])('%s', (_, y, operations) => expect(problems([y]).map(({ operation }) => operation)).toEqual(operations));
  it('of weight and bias that disagree the bias is believed', () => {
    expect(shape.linear(x, sketch([4, 3]), sketch([3])).shape).toEqual([2, 3]);
  });
  it('a value used twice', () => {
    const wrong = shape.add(x, narrow);
    expect(problems([wrong, shape.scale(2, wrong)])).toHaveLength(1);
  });
});

it('a mistake in the reference throws one ShapeError naming the operation and both shapes', () => {
  expect(() => reference.add(zeros([2, 3]), zeros([3, 2]))).toThrow(ShapeError);
  expect(() => reference.add(zeros([2, 3]), zeros([3, 2]))).toThrow(/^add: shapes \(2, 3\) and \(3, 2\)/);
  expect(() => reference.matmul(zeros([2, 3]), zeros([2, 3]))).toThrow(/^matmul: .*\(2, 3\) @ \(2, 3\)/);
});
