import type { Algorithm, Arithmetic } from '../../engine/arithmetic.ts';
import { expm1 } from '../../math/expm1.ts';

/** 2⁻⁵³, the unit roundoff of the reference itself. */
const REFERENCE_U = 1.1102230246251565e-16;
/** Room for the rounding of the bound's own evaluation: sums of at most some thousand positive terms in float64. */
const SLACK = 1 + 1e-12;

/**
 * The arithmetic of an implementation and of the reference together. A bound compares two computed results: each is
 * within its own roundoff of the exact one, and every bound used here is convex in `u` and 0 at 0, so that
 * `bound(u) + bound(u') ≤ bound(u + u')` and one evaluation at the sum covers both.
 */
export interface Roundoff {
  readonly u: number;
  /** What a flushed or subnormal result may lose. */
  readonly tiny: number;
  /**
   * What a number of the program or of its inputs may lose beyond its rounding where it is so small that the format has not all of its bits: it is
   * flushed, or rounded to a multiple of `tiny`. 0 for numbers that are larger, and for such multiples.
   */
  readonly lost: (y: number) => number;
  /**
   * Relative error of `n` roundings in any order: `nu / (1 − nu)` (Higham, Accuracy and Stability, §3.1), where that says little `exp(nu) − 1 ≥ (1 + u)ⁿ − 1`.
   */
  readonly gamma: (n: number) => number;
  /** Relative error of an elementary function anywhere in `[x − e, x + e]`. */
  readonly elementary: (x: number, e: number) => number;
  /** That of exp, which somebody may make of 2^y. */
  readonly exponential: (x: number, e: number) => number;
  /** Relative error of storing a result, beyond its rounding by `u`; 0 where it is stored as it was computed. */
  readonly stored: number;
  /** Unit roundoff to which a factor of a matrix product is rounded, where that is more than `u` and than what is stored; else 0. */
  readonly factor: number;
  /** Whether somebody says that they compute so. */
  readonly declares: (algorithm: Algorithm) => boolean;
  /**
   * A bound ready to be compared with: `Infinity` where nothing could be proved, which a bound that is NaN says, and a magnitude `met` on the way that is
   * over half of the largest number: an honest implementation may overflow there.
   */
  readonly proved: (bound: number, met: number) => number;
}

/** The roundoff of an implementation that computes in `arithmetic`, the reference's own included. */
export const roundoff = (arithmetic: Arithmetic): Roundoff => {
  const u = arithmetic.u + REFERENCE_U;
  const { tiny, storage = 0, products = 0, algorithms = [] } = arithmetic;
  const stored = storage > arithmetic.u ? storage : 0;
  const roof = (arithmetic.largest ?? (arithmetic.u < 1e-12 ? Number.MAX_VALUE : 3.4028234663852886e38)) / 2;
  const of = (x: number): number => arithmetic.elementary(x) * arithmetic.u + 2 * REFERENCE_U;
  // The constant log₂ e and its product with x are rounded: 2u|x| in the exponent.
  const base2 = (x: number): number => of(x) + 2 * u * Math.abs(x);
  const within = (f: (x: number) => number) => (x: number, e: number) => (e === 0 ? f(x) : Math.max(f(x - e), f(x), f(x + e)));
  const declares = (algorithm: Algorithm): boolean => algorithms.includes(algorithm);
  return {
    u,
    tiny,
    lost: (y) => (Math.abs(y) >= tiny / (2 * Math.max(u, stored)) || y % tiny === 0 ? 0 : Math.min(Math.abs(y), tiny)),
    gamma: (n) => (n * u < 0.5 ? (n * u) / (1 - n * u) : expm1(n * u)),
    elementary: within(of),
    exponential: within(declares('exp2') ? base2 : of),
    stored,
    factor: products > arithmetic.u && products > stored ? products : 0,
    declares,
    proved: (bound, met) => (bound >= 0 && met <= roof ? bound * SLACK : Number.POSITIVE_INFINITY),
  };
};
