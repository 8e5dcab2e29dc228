import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { teacherDecisions } from '../../src/core/loss/distillation.ts';
import { configProblems, deitConfig } from '../../src/core/model/deit/config.ts';
import { resamplingMatrix } from '../../src/core/model/resampling.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { full, generate, oneHot, ShapeError, tensor, zeros } from '../../src/core/tensor/tensor.ts';

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

describe('what is no shape and what are no numbers', () => {
  it.each([
    ['a number', () => tensor(2 as never, [1, 2]), 'tensor: 2 is not a shape; give the lengths of its axes, as in [2, 3]'],
    ['nothing', () => zeros(undefined as never), 'zeros: undefined is not a shape; give the lengths of its axes, as in [2, 3]'],
    ['no numbers', () => tensor([2], undefined as never), 'tensor: its numbers must be an array, got undefined'],
    ['a text', () => tensor([2], '12' as never), 'tensor: its numbers must be an array, got "12"'],
  ])('%s', (_, make, said) => {
    expect(make).toThrow(ShapeError);
    expect(make).toThrow(said);
  });
});

describe('an interpreter that cannot be', () => {
  it.each(['fp8', 'toString', undefined])('rounded to %s', (format) => {
    expect(() => rounded(reference, format as never)).toThrow(`rounded: there is no format ${format}; there are F32, F16, BF16, TF32`);
  });
  const engine = (arithmetic: object) => () =>
    tensorEngine({ name: '', arithmetic: { ...referenceEngine.arithmetic, ...arithmetic }, ops: reference, describe: '' });
  it.each([
    [{ u: Number.NaN }, 'arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got NaN'],
    [{ u: -1 }, 'arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got -1'],
    [{ u: 1 }, 'arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got 1'],
    [{ tiny: Number.NaN }, 'arithmetic.tiny must be a number, 0 or more, got NaN'],
    [{ elementary: 2 }, 'arithmetic.elementary must be a function, got 2'],
  ])('an engine with %o', (arithmetic, said) => {
    expect(engine(arithmetic)).toThrow(RangeError);
    expect(engine(arithmetic)).toThrow(`tensorEngine: ${said}`);
  });
  it('an engine that is exact can be', () => expect(engine({ u: 0 })().arithmetic.u).toBe(0));
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
