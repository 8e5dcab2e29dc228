import type { Arithmetic } from '../../engine/arithmetic.ts';

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
  /** Relative error of `n` roundings in any order: `nu / (1 − nu)` (Higham, Accuracy and Stability, §3.1). */
  readonly gamma: (n: number) => number;
  /** Relative error of an elementary function anywhere in `[x − e, x + e]`. */
  readonly elementary: (x: number, e: number) => number;
  /**
   * A bound ready to be compared with: `Infinity` where nothing could be proved, which a bound that is NaN says, and a magnitude `met` on the way that is
   * over half of the largest number: an honest implementation may overflow there.
   */
  readonly proved: (bound: number, met: number) => number;
}

/** The roundoff of an implementation that computes in `arithmetic`, the reference's own included. */
export const roundoff = (arithmetic: Arithmetic): Roundoff => {
  const u = arithmetic.u + REFERENCE_U;
  const { tiny } = arithmetic;
  const roof = (arithmetic.largest ?? (arithmetic.u < 1e-12 ? Number.MAX_VALUE : 3.4028234663852886e38)) / 2;
  const of = (x: number): number => arithmetic.elementary(x) * arithmetic.u + 2 * REFERENCE_U;
  return {
    u,
    tiny,
    lost: (y) => (Math.abs(y) >= tiny / (2 * u) || y % tiny === 0 ? 0 : Math.min(Math.abs(y), tiny)),
    gamma: (n) => (n * u < 1 ? (n * u) / (1 - n * u) : Number.POSITIVE_INFINITY),
    elementary: (x, e) => (e === 0 ? of(x) : Math.max(of(x - e), of(x), of(x + e))),
    proved: (bound, met) => (bound >= 0 && met <= roof ? bound * SLACK : Number.POSITIVE_INFINITY),
  };
};
