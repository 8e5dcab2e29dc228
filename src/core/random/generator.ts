import type { State } from 'fp-ts/lib/State.js';
import { xoroshiro128plus } from 'pure-rand/generator/XoroShiro';
import { erfinv } from '../math/erfinv.ts';
import { type Shape, size } from '../tensor/shape.ts';
import { adopt, type Tensor } from '../tensor/tensor.ts';

/**
 * A source of chance, as a value: the state of xoroshiro128+ (Blackman and Vigna 2018, arXiv 1805.01407). It can be stored and
 * goes on from there.
 */
export interface Generator {
  readonly state: readonly number[];
}

/** A value drawn by chance: from a generator, the value and the generator to draw the next from (fp-ts `State`). */
export type Random<A> = State<Generator, A>;

/** A 32-bit integer with every bit of `i` spread over it (the finaliser of MurmurHash3: Appleby, public domain). */
const mixBits = (i: number): number => {
  let x = i;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
};

/**
 * The generator of a seed. Neighbouring seeds give unrelated streams.
 *
 * @param seed whole number between -2⁵³ and 2⁵³
 * @throws RangeError when `seed` is not a whole number that a double holds exactly.
 * @example
 * fraction([2])(generator(1))[0].data // [0.8444820534148613, 0.7227576192918814]
 */
export const generator = (seed: number): Generator => {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`generator: the seed must be a whole number below 2^53, got ${seed}`);
  const high = Math.floor(seed / 4294967296);
  return { state: [1, 2, 3, 4].map((i) => mixBits((seed ^ mixBits(high + Math.imul(i, 0x9e3779b9))) | 0) | 0) };
};

/** `n` draws of 53 random bits, as whole numbers, each mapped by `f`; the generator is copied and the copy runs. */
const fill =
  (shape: Shape, f: (bits: number) => number): Random<Tensor> =>
  (g) => {
    const run = xoroshiro128plus.fromState(g.state);
    const out = new Float64Array(size(shape));
    for (let i = 0; i < out.length; i++) {
      const high = run.unsafeNext() >>> 5;
      out[i] = f(high * 67108864 + (run.unsafeNext() >>> 6));
    }
    return [adopt(shape, out), { state: run.getState() }];
  };

const TWO_M53 = 1.1102230246251565e-16;

/**
 * Independent uniform numbers in [0, 1), all multiples of 2⁻⁵³.
 *
 * @example
 * const [a, next] = fraction([2, 3])(generator(7));
 * const [b] = fraction([2, 3])(next);
 * [a.shape, a.data[0] === b.data[0]] // [[2, 3], false]
 */
export const fraction = (shape: Shape): Random<Tensor> => fill(shape, (bits) => bits * TWO_M53);

/**
 * Independent uniform numbers in (-1, 1), symmetric about 0 and never 0: odd multiples of 2⁻⁵³.
 *
 * @example
 * symmetric([2])(generator(1))[0].data // [0.6889641068297226, 0.44551523858376296]
 */
export const symmetric = (shape: Shape): Random<Tensor> => fill(shape, centred);

/** Odd multiples of 2⁻⁵³ in (-1, 1), exactly. */
const centred = (bits: number): number => (bits - 4503599627370496 + 0.5) * 2.220446049250313e-16;

/**
 * Independent standard normal numbers, by inversion: √2 erfinv(u) for u uniform in (-1, 1). None is beyond 8.3.
 *
 * @example
 * const [z] = normal([10000])(generator(3));
 * z.data.reduce((sum, x) => sum + x * x, 0) / 10000 // ≈ 1.0
 */
export const normal = (shape: Shape): Random<Tensor> => fill(shape, (bits) => Math.SQRT2 * erfinv(centred(bits)));
