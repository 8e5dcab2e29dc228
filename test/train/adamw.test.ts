import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import { ShapeError, tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { adamw, biasCorrection, DEIT_ADAMW } from '../../src/core/train/adamw.ts';

describe('biasCorrection', () => {
  it.each([0.9, 0.999, 0.5])('of β = %d is one product a step, bit for bit', (beta) => {
    let power = 1;
    for (let step = 1; step <= 400_000; step++) {
      power *= beta;
      if (step < 100 || step % 9973 === 0) expect(biasCorrection(beta, step)).toBe(1 / (1 - power));
    }
  });
  it('goes up to steps that no training reaches', () => {
    expect([2 ** 40, 2 ** 53 - 1].map((step) => biasCorrection(0.999, step))).toEqual([1, 1]);
    expect(biasCorrection(1 - 2 ** -40, 2 ** 41) * (1 - Math.exp(-2))).toBeCloseTo(1, 6);
  });
  it.each([1e300, 2 ** 53, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses step %d', (step) => {
    expect(() => biasCorrection(0.9, step)).toThrow(
      new RangeError(`biasCorrection: the step is a whole number, counted from 1 and below 2^53, got ${step}`),
    );
  });
  it.each([1, -0.1, Number.NaN])('refuses β = %d', (beta) => {
    expect(() => biasCorrection(beta, 1)).toThrow(new RangeError(`biasCorrection: β is a number from 0 to below 1, got ${beta}`));
  });
});

it('parameters without a gradient are named, all at once', () => {
  const messages = ['parameter norm.bias (2) has no gradient', 'parameter head.weight (3, 2) has no gradient'];
  const scalar = tensor([], [0.1]);
  const inputs = { learningRate: scalar, correction1: scalar, correction2: scalar };
  const slot = (...of: readonly number[]) => ({ param: zeros(of), mean: zeros(of), square: zeros(of) });
  const slots = { 'norm.bias': slot(2), 'head.bias': slot(3), 'head.weight': slot(3, 2) };
  const decayed = { 'norm.bias': false, 'head.bias': false, 'head.weight': true };
  expect(() => adamw(reference)(DEIT_ADAMW, inputs, decayed, slots, { 'head.bias': zeros([3]) })).toThrow(
    new ShapeError('adamw', messages.join('; ')),
  );
  const one = sketch([]);
  const sketched = (...of: readonly number[]) => ({ param: sketch(of), mean: sketch(of), square: sketch(of) });
  const next = adamw(shape)(
    DEIT_ADAMW,
    { learningRate: one, correction1: one, correction2: one },
    decayed,
    { 'norm.bias': sketched(2), 'head.bias': sketched(3), 'head.weight': sketched(3, 2) },
    { 'head.bias': sketch([3]) },
  );
  expect(problems(Object.values(next).map(({ param }) => param)).map(({ message }) => message)).toEqual(messages);
});
