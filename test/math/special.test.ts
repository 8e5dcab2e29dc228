import { describe, expect, it } from 'vitest';
import { UNARY_FUNCTIONS } from '../../src/core/language/unary-functions.ts';
import { erfinv } from '../../src/core/math/index.ts';
import type { Measured } from './points.ts';

const { NaN: nan, POSITIVE_INFINITY: inf, MAX_VALUE: max } = Number;
const FUNCTIONS: { readonly [F in Measured]: (x: number) => number } = { ...UNARY_FUNCTIONS, erfinv };
const TINY = 5e-324;
const SMALL = 2 ** -1022;

/** What C's libm (and IEEE 754) gives; `gelu` and `cdf` give their limits. */
const SPECIAL: { readonly [F in Measured]: readonly (readonly [x: number, y: number])[] } = {
  exp: [[0, 1], [-0, 1], [inf, inf], [-inf, 0], [TINY, 1], [710, inf], [709.782712893384, 1.7976931348622732e308], [709.7827128933841, inf], [-745.1332191019411, TINY], [-745.1332191019412, 0], [-745.1332191019413, 0], [-max, 0], [max, inf]],
  expm1: [[0, 0], [-0, -0], [inf, inf], [-inf, -1], [TINY, TINY], [-TINY, -TINY], [SMALL, SMALL], [710, inf], [-max, -1]],
  log: [[0, -inf], [-0, -inf], [1, 0], [inf, inf], [-1, nan], [-TINY, nan], [-inf, nan], [TINY, -744.4400719213812], [max, 709.782712893384]],
  log1p: [[0, 0], [-0, -0], [-1, -inf], [-1.0000000000000002, nan], [-inf, nan], [inf, inf], [TINY, TINY], [-TINY, -TINY], [max, 709.782712893384]],
  erf: [[0, 0], [-0, -0], [inf, 1], [-inf, -1], [6.5, 1], [-6.5, -1], [max, 1]],
  erfc: [[0, 1], [-0, 1], [inf, 0], [-inf, 2], [-7, 2], [TINY, 1], [27.3, 0], [max, 0], [-max, 2]],
  cdf: [[0, 0.5], [-0, 0.5], [inf, 1], [-inf, 0], [TINY, 0.5], [-39, 0], [9, 1], [max, 1], [-max, 0]],
  gelu: [[0, 0], [-0, -0], [inf, inf], [-inf, -0], [-39, -0], [9, 9], [max, max], [-max, -0], [SMALL, SMALL / 2]],
  sqrt: [[0, 0], [-0, -0], [inf, inf], [-1, nan]],
  rsqrt: [[0, inf], [inf, 0], [-1, nan]],
  erfinv: [[0, 0], [-0, -0], [1, inf], [-1, -inf], [1.0000000000000002, nan], [-inf, nan]],
}; // biome-ignore format: one function a line

describe.each(Object.entries(SPECIAL))('%s', (f, cases) => {
  const of = FUNCTIONS[f as Measured];
  it.each(cases)('of %o is %o', (x, y) => expect(of(x)).toBe(y));
  it('of NaN is NaN', () => expect(of(nan)).toBeNaN());
});

describe('symmetry, bit for bit', () => {
  it.each([1e-310, 1e-9, 0.3, 0.75, 0.7500001, 0.9, 1.5, 5])('erf and erfinv are odd at %d', (x) => {
    expect(FUNCTIONS.erf(-x)).toBe(-FUNCTIONS.erf(x));
    expect(FUNCTIONS.erfinv(-x)).toEqual(-FUNCTIONS.erfinv(x));
  });
});

it('the constants that the functions take from Math are the doubles they were checked with', () => {
  expect([Math.LOG2E, Math.SQRT2, Math.SQRT1_2]).toEqual([6497320848556798 / 2 ** 52, Math.sqrt(2), Math.sqrt(0.5)]);
});
