import { showValue } from '../text/show-value.ts';

/** How an engine computes; what a proved error bound needs to know of it. */
export interface Arithmetic {
  /** Unit roundoff of stored values and of additions and products: 2⁻⁵³ for float64, 2⁻²⁴ for float32. */
  readonly u: number;
  /** Error of exp, log, erf and the like, in units of `u` relative to the result, at argument `x`. */
  readonly elementary: (x: number) => number;
  /** Smallest positive number that is not flushed to zero. */
  readonly tiny: number;
  /** Largest finite number: 65504 in float16. @defaultValue that of float64 or float32, whichever `u` is of */
  readonly largest?: number;
}

/** What is wrong with how somebody says that they compute. */
export const arithmeticProblem = (arithmetic: Arithmetic | undefined): string | undefined => {
  const { u = Number.NaN, elementary, tiny = Number.NaN } = arithmetic ?? ({} as Partial<Arithmetic>);
  if (!(u >= 0 && u < 1)) return `arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got ${u}`;
  if (!(tiny >= 0)) return `arithmetic.tiny must be a number, 0 or more, got ${tiny}`;
  return typeof elementary === 'function' ? undefined : `arithmetic.elementary must be a function, got ${showValue(elementary)}`;
};

/** Float64 with elementary functions within 1 ulp, which is 2 units of roundoff: the reference's own. */
export const FLOAT64: Arithmetic = { u: 1.1102230246251565e-16, elementary: () => 2, tiny: 5e-324 };
/** Float32 with subnormals and elementary functions within 1 ulp. */
export const FLOAT32: Arithmetic = { u: 5.9604644775390625e-8, elementary: () => 2, tiny: 1.401298464324817e-45 };
