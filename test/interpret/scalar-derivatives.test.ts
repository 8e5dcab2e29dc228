import { describe, expect, it } from 'vitest';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { dual, jvp } from '../../src/core/interpret/jvp.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Unary } from '../../src/core/language/ops.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';

const { POSITIVE_INFINITY: inf, NaN: nan } = Number;

/** Both ways to differentiate a scalar function at a point. */
const slopes = (f: Unary, x: number): readonly number[] => [
  valueAndGradient((o, inputs) => o.unary(f, inputs.x))(reference, { x: tensor([], [x]) }).gradient.x.data[0],
  jvp(reference).unary(f, dual(tensor([], [x]), tensor([], [1]))).tangent.data[0],
];

describe('the derivative at the ends of the line is its limit', () => {
  it.each<readonly [Unary, number, number]>([
    ['exp', inf, inf],
    ['exp', -inf, 0],
    ['expm1', inf, inf],
    ['expm1', -inf, 0],
    ['log', inf, 0],
    ['log', 0, inf],
    ['log1p', inf, 0],
    ['log1p', -1, inf],
    ['sqrt', inf, 0],
    ['sqrt', 0, inf],
    ['rsqrt', 0, -inf],
    ['erf', -inf, 0],
    ['cdf', inf, 0],
    ['gelu', 1e200, 1],
    ['gelu', inf, nan],
  ])('of %s at %d it is %d', (f, x, slope) => {
    for (const found of slopes(f, x)) expect(found + 0).toBe(slope);
  });
});

it('the derivative of expm1 keeps its digits where expm1 is −1', () => {
  for (const found of slopes('expm1', -40)) expect(found).toBe(4.248354255291589e-18);
});
