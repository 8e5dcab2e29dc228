import fc from 'fast-check';
import type { Shape } from '../src/core/shape.ts';
import { generate, type Tensor } from '../src/core/tensor.ts';

/**
 * Kinds of numbers that ordinary random inputs lack and that bugs need to show themselves. No value is ever zero.
 *
 * - `integers`: ±1 … ±4; sums of products of these are exact in every format, so a law on them needs no tolerance;
 * - `plain`: multiples of 2⁻¹⁰ in (−2, 2), exact in float32; `positive`: the same in (0, 4);
 * - `full`: all 53 bits of the mantissa in use;
 * - `small-variance`: about 1e-3, where LayerNorm's eps matters; `offset`: about ±96, where a one-pass variance fails;
 * - `flat`: a row of equal values, variance 0; `peaked`: one element of a row 24 above the rest;
 * - `tail`: −8 … −2, where GELU is a small difference of large numbers.
 */
export const FAMILIES = ['integers', 'plain', 'full', 'small-variance', 'offset', 'flat', 'peaked', 'tail', 'positive'] as const;
export type Family = (typeof FAMILIES)[number];

/** A tensor in a few words: small enough to print, to shrink and to send in a bug report. `draw` makes the numbers. */
export interface Recipe {
  readonly shape: Shape;
  readonly family: Family;
  /** Values are multiplied by 2 to this power. */
  readonly exponent: number;
  readonly seed: number;
}

/** 32 well-mixed bits of a seed and an index: additions, shifts and multiplications modulo 2³². */
const bits = (seed: number, i: number): number => {
  let h = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca77)) | 0;
  for (const m of [0x2c1b3c6d, 0x297a2d39]) {
    h = Math.imul(h ^ (h >>> 15), m);
    h ^= h >>> 13;
  }
  return (h ^ (h >>> 16)) >>> 0;
};

const VALUES: { readonly [F in Family]: (seed: number, i: number, n: number) => number } = {
  integers: (seed, i) => (bits(seed, i) & 1 ? 1 : -1) * (1 + ((bits(seed, i) >>> 8) & 3)),
  plain: (seed, i) => ((bits(seed, i) & 1 ? 1 : -1) * (1 + ((bits(seed, i) >>> 8) % 2047))) / 1024,
  full: (seed, i) => VALUES.plain(seed, i, 1) + bits(seed + 1, i) / 2 ** 43,
  'small-variance': (seed, i) => VALUES.plain(seed, i, 1) / 1024,
  offset: (seed, i, n) => (bits(seed, -2 - Math.floor(i / n)) & 1 ? 96 : -96) + VALUES.plain(seed, i, n) / 8,
  flat: (seed, i, n) => VALUES.plain(seed, -2 - Math.floor(i / n), n),
  peaked: (seed, i, n) => VALUES.plain(seed, i, n) + (bits(seed, -2 - Math.floor(i / n)) % n === i % n ? 24 : 0),
  tail: (seed, i) => -(2048 + (bits(seed, i) % 6144)) / 1024,
  positive: (seed, i) => (1 + (bits(seed, i) % 4095)) / 1024,
};

/**
 * The tensor of a recipe; the same everywhere and always.
 *
 * @example
 * draw({ shape: [2, 3], family: 'plain', exponent: 0, seed: 7 })
 */
export const draw = ({ shape, family, exponent, seed }: Recipe): Tensor => {
  const n = Math.max(1, shape[shape.length - 1] ?? 1);
  let factor = 1;
  for (let k = 0; k < Math.abs(exponent); k++) factor = exponent < 0 ? factor / 2 : factor * 2;
  return generate(shape, (i) => factor * VALUES[family](seed, i, n));
};

/** Recipes for a tensor of `shape`, which shrink to the first family, factor 1 and seed 0. */
export const recipes = (shape: Shape, families: readonly Family[] = FAMILIES, exponents = 0): fc.Arbitrary<Recipe> =>
  fc.record({
    shape: fc.constant(shape),
    family: fc.constantFrom(...families),
    exponent: fc.integer({ min: -exponents, max: exponents }),
    seed: fc.nat(9999),
  });

/** `count` sizes, all different, so that no axis can pass for another; they shrink towards `min`. */
export const sizes = (count: number, { min = 1, max = 7 } = {}): fc.Arbitrary<readonly number[]> =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: count, maxLength: count });

/** Shapes with between `min` and `max` axes, all of different length. */
export const shapes = (min: number, max: number): fc.Arbitrary<Shape> =>
  fc.integer({ min, max }).chain((rank) => sizes(rank, { min: 2, max: 6 }));

/** One of all orders of `0 … n − 1`. */
export const orders = (n: number): fc.Arbitrary<readonly number[]> => {
  const all = [...Array(n).keys()];
  return fc.shuffledSubarray(all, { minLength: n, maxLength: n });
};
