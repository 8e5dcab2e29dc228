import fc from 'fast-check';
import { hashTensor } from '../src/core/random/hash.ts';
import { last, type Shape, size } from '../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../src/core/tensor/tensor.ts';

/**
 * Kinds of numbers that ordinary random inputs lack and that bugs need to show themselves. No value is ever zero.
 *
 * - `integers`: ±1 … ±4; sums of products of these are exact in every format, so a law on them needs no tolerance;
 * - `plain`: multiples of 2⁻¹⁰ in (−2, 2), exact in float32; `positive`: the same in (0, 4);
 * - `full`: all 53 bits of the mantissa in use;
 * - `small-variance`: about 1e-3, where LayerNorm's eps matters; `offset`: about ±96, where a one-pass variance fails;
 * - `flat`: a row of equal values, variance 0; `peaked`: one element of a row 24 above the rest;
 * - `tail`: −8 … −2, where GELU is a small difference of large numbers;
 * - `far`: ±80, where exp nears the ends of float32; `wide`: ±800, where it is past those of float64.
 */
export const TENSOR_FAMILIES = [
  'integers',
  'plain',
  'full',
  'small-variance',
  'offset',
  'flat',
  'peaked',
  'tail',
  'positive',
  'far',
  'wide',
] as const;
/** A kind of numbers, by its name in `FAMILIES`. */
export type TensorFamily = (typeof TENSOR_FAMILIES)[number];

/** A tensor in a few words: small enough to print, to shrink and to send in a bug report. `draw` makes the numbers. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly family: TensorFamily;
  /** Values are multiplied by 2 to this power. */
  readonly exponent: number;
  /** Another seed gives other numbers of the same kind. */
  readonly seed: number;
}

/** What the value at index `i`, in a row of `n`, is made of: 32 hashed bits of its own, 32 more, and 32 of its row. */
interface Place {
  readonly own: number;
  readonly low: () => number;
  readonly row: () => number;
  readonly i: number;
  readonly n: number;
}

const sign = (bits: number): number => (bits & 1 ? 1 : -1);
const grid = (bits: number): number => (sign(bits) * (1 + ((bits >>> 8) % 2047))) / 1024;
const VALUES: { readonly [F in TensorFamily]: (at: Place) => number } = {
  integers: ({ own }) => sign(own) * (1 + ((own >>> 8) & 3)),
  plain: ({ own }) => grid(own),
  full: ({ own, low }) => grid(own) + low() / 2 ** 43,
  'small-variance': ({ own }) => grid(own) / 1024,
  offset: ({ own, row }) => 96 * sign(row()) + grid(own) / 8,
  flat: ({ row }) => grid(row()),
  peaked: ({ own, row, i, n }) => grid(own) + (row() % n === i % n ? 24 : 0),
  tail: ({ own }) => -(2048 + (own % 6144)) / 1024,
  positive: ({ own }) => (1 + (own % 4095)) / 1024,
  far: ({ own }) => 40 * grid(own),
  wide: ({ own }) => 400 * grid(own),
};

const hashed = (name: string, seed: number, count: number): Tensor['data'] => hashTensor(name, seed, [count], 2 ** 31, 2 ** 31).data;
/** Which families need which bits. */
const needed = (families: readonly TensorFamily[], { family, seed }: TensorSpec, name: string, count: number): ArrayLike<number> =>
  families.includes(family) ? hashed(name, seed, count) : [];

/**
 * The tensor of a spec; the same everywhere and always.
 *
 * @example
 * drawTensor({ shape: [2, 3], family: 'integers', exponent: 0, seed: 7 }).shape // [2, 3]
 */
export const drawTensor = (spec: TensorSpec): Tensor => {
  const { shape, family, exponent, seed } = spec;
  const n = Math.max(1, last(shape));
  const own = hashed('own', seed, size(shape));
  const low = needed(['full'], spec, 'low', own.length);
  const row = needed(['offset', 'flat', 'peaked'], spec, 'row', own.length / n);
  const factor = 2 ** exponent;
  return generate(shape, (i) => factor * VALUES[family]({ own: own[i], low: () => low[i], row: () => row[Math.floor(i / n)], i, n }));
};

/**
 * Specs for a tensor of `shape`, which shrink to the first family, factor 1 and seed 0.
 *
 * @param exponents the most that a spec's exponent is away from 0.
 * @example
 * import fc from 'fast-check';
 * const [spec] = fc.sample(tensorSpecs([2, 3], ['tail']), 1);
 * spec // { shape: [2, 3], family: 'tail', exponent: 0, seed: … }
 * drawTensor(spec).data.every((x) => -8 < x && x <= -2) // true
 */
export const tensorSpecs = (shape: Shape, families: readonly TensorFamily[] = TENSOR_FAMILIES, exponents = 0): fc.Arbitrary<TensorSpec> =>
  fc.record({
    shape: fc.constant(shape),
    family: fc.constantFrom(...families),
    exponent: fc.integer({ min: -exponents, max: exponents }),
    seed: fc.nat(9999),
  });

/**
 * `count` sizes, all different, so that no axis can pass for another; they shrink towards `min`.
 *
 * @throws RangeError when there are not that many whole numbers from `min` to `max`: fast-check would look for another one forever.
 * @example
 * drawnLengths(3, { min: 1, max: 2 }) // throws RangeError: there are no 3 different whole numbers from 1 to 2
 * import fc from 'fast-check';
 * fc.sample(drawnLengths(3), 100).every((axes) => new Set(axes).size === 3) // true
 */
export const drawnLengths = (count: number, { min = 1, max = 7 } = {}): fc.Arbitrary<readonly number[]> => {
  if (max - min + 1 < count) throw new RangeError(`there are no ${count} different whole numbers from ${min} to ${max}`);
  return fc.uniqueArray(fc.integer({ min, max }), { minLength: count, maxLength: count });
};

/**
 * Shapes with between `min` and `max` axes, all of different length, from 2 to 6.
 *
 * @throws RangeError when `max` is over 5: there are no more lengths.
 * @example
 * drawnShapes(0, 6) // throws RangeError: a shape has 5 axes at most
 * import fc from 'fast-check';
 * [...new Set(fc.sample(drawnShapes(0, 2), 100).map((shape) => shape.length))].sort() // [0, 1, 2]
 */
export const drawnShapes = (min: number, max: number): fc.Arbitrary<Shape> => {
  if (max > 5) throw new RangeError(`a shape has 5 axes at most, each with its own length from 2 to 6; asked for ${max}`);
  return fc.integer({ min, max }).chain((rank) => drawnLengths(rank, { min: 2, max: 6 }));
};

/**
 * One of all orders of `0 … n − 1`. A failing order is not shrunk.
 *
 * @example
 * import fc from 'fast-check';
 * new Set(fc.sample(drawnOrders(3), 200).map(String)).size // 6
 */
export const drawnOrders = (n: number): fc.Arbitrary<readonly number[]> => {
  const all = [...Array(n).keys()];
  return fc.shuffledSubarray(all, { minLength: n, maxLength: n });
};
