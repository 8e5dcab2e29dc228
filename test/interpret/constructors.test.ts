import { describe, expect, it } from 'vitest';
import { teacherDecisions } from '../../src/core/loss/distillation.ts';
import { configProblems, deitConfig } from '../../src/core/model/config.ts';
import { resamplingMatrix } from '../../src/core/model/position-embedding.ts';
import type { Shape } from '../../src/core/shape.ts';
import { full, generate, oneHot, ShapeError, tensor, zeros } from '../../src/core/tensor.ts';

describe.each<[string, (of: Shape) => unknown]>([
  ['tensor', (of) => tensor(of, [1, 2, 3, 4, 5, 6])],
  ['zeros', zeros],
  ['full', (of) => full(of, 1)],
  ['generate', (of) => generate(of, (i) => i)],
])('%s', (name, make) => {
  it.each([[[-2, -3]], [[-1]], [[1.5, 4]], [[0.5, 12]], [[Number.NaN]], [[Number.POSITIVE_INFINITY]]])('of %j, which is no shape', (of) => {
    expect(() => make(of)).toThrow(ShapeError);
    expect(() => make(of)).toThrow(new RegExp(`^${name}: .* is not a shape`));
  });
  it('of more numbers than there is room for', () =>
    expect(() => make([1e9, 1e9])).toThrow(new RegExp(`^${name}: .* more than 2147483648`)));
});

it('a tensor holds as many numbers as its shape says', () => {
  expect(() => tensor([2, 2], [1, 2, 3])).toThrow('tensor: shape (2, 2) holds 4 numbers, got 3');
  expect(() => tensor([], [])).toThrow('tensor: shape () holds 1 numbers, got 0');
});

it.each([
  [3, [3], 'label 3 of row 0 is not a class in 0..2'],
  [3, [0, -1], 'label -1 of row 1 is not a class in 0..2'],
  [3, [0.5], 'label 0.5 of row 0 is not a class in 0..2'],
  [-1, [], 'the number of classes must be a whole number, 0 or more, got -1'],
  [2.5, [0], 'the number of classes must be a whole number, 0 or more, got 2.5'],
])('oneHot(%d, %j)', (classes, labels, message) => expect(() => oneHot(classes, labels)).toThrow(`oneHot: ${message}`));

it.each([[[3]], [[]], [[2, 0]], [[1, 2, 3]]])('the decisions of a teacher %j', (of) => {
  expect(() => teacherDecisions(zeros(of))).toThrow(`teacherDecisions: (${of.join(', ')}) is not (B, C) with C above 0`);
});

it.each([[0, 2], [2, 0], [2.5, 2], [2, -1]])('a resampling from %d to %d points', (from, to) => {
  expect(() => resamplingMatrix('facebook', from, to)).toThrow(`resamplingMatrix: from ${from} to ${to} points`);
}); // biome-ignore format: a table

describe('a configuration', () => {
  const config = deitConfig({ dim: 12, depth: 2, heads: 3 });
  it.each([
    [{ eps: Number.POSITIVE_INFINITY }, ['eps must be a number above 0, got Infinity']],
    [{ eps: Number.NaN }, ['eps must be a number above 0, got NaN']],
    [{ eps: 0 }, ['eps must be a number above 0, got 0']],
    [{ image: [32] }, ['image has two sides, height and width, got [32]']],
    [{ image: [32, 32, 16] }, ['image has two sides, height and width, got [32, 32, 16]']],
  ])('with %j', (change, found) => expect(configProblems({ ...config, ...change } as typeof config)).toEqual(found));
});
