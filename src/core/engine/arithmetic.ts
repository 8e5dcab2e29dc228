import { showValue } from '../text/show-value.ts';

/**
 * Honest ways to compute that lose more than the usual one. Whoever uses one declares it, and is then held to the bound that is proved for it:
 * its results are `acceptable` where they are beyond the usual bound.
 */
export const ALGORITHMS = {
  'one-pass-variance': 'the variance as mean(x²) − mean(x)², 0 where that is below it',
  'shifted-variance': "the same of x − the row's first element",
  'log-sum-exp': 'log-softmax as x − (max + log Σ)',
  exp2: 'exp(x) as 2^(x·log₂ e)',
} as const;
/** The name of an honest way to compute that loses more than the usual one. */
export type Algorithm = keyof typeof ALGORITHMS;

/**
 * How an engine computes; what a proved error bound needs to know of it. bfloat16 has unit roundoff 2⁻⁸, float16 and TF32 2⁻¹¹, float32 2⁻²⁴,
 * float64 2⁻⁵³.
 */
export interface Arithmetic {
  /** Unit roundoff of additions and products, that is of sums as they grow: 2⁻²⁴ where float32 accumulates, whatever is stored. */
  readonly u: number;
  /** Error of exp, log, erf and the like, in units of `u` relative to the result, at argument `x`. */
  readonly elementary: (x: number) => number;
  /** Smallest positive number that is not flushed to zero. */
  readonly tiny: number;
  /** Largest finite number: 65504 in float16. @defaultValue that of float64 or float32, whichever `u` is of */
  readonly largest?: number;
  /** Unit roundoff of what one operation hands to the next, and of the results: 2⁻⁸ where bfloat16 is stored. @defaultValue `u` */
  readonly storage?: number;
  /** Unit roundoff to which both factors of a matrix product are rounded before they meet: 2⁻¹¹ for TF32. @defaultValue they are not */
  readonly products?: number;
  /** Whether what depends on NaN is NaN: compilers of shaders may assume that there is none. @defaultValue true */
  readonly propagatesNaN?: boolean;
  /** Ways to compute that lose more than the usual ones. @defaultValue none */
  readonly algorithms?: readonly Algorithm[];
}

const roundoffProblem = (name: string, value: number | undefined): string | undefined =>
  value !== undefined && value >= 0 && value < 1
    ? undefined
    : `arithmetic.${name} must be a unit roundoff, a number from 0 to below 1, as 2^-24, got ${value}`;

/** What is wrong with how somebody says that they compute. */
export const arithmeticProblem = (arithmetic: Arithmetic | undefined): string | undefined => {
  const given: Partial<Arithmetic> = arithmetic ?? {};
  const { u = Number.NaN, elementary, tiny = Number.NaN, largest = 1, storage = 0, products = 0, algorithms = [] } = given;
  const unit = roundoffProblem('u', u) ?? roundoffProblem('storage', storage) ?? roundoffProblem('products', products);
  if (unit !== undefined) return unit;
  if (!(tiny >= 0)) return `arithmetic.tiny must be a number, 0 or more, got ${tiny}`;
  if (!(largest > 0)) return `arithmetic.largest must be a number above 0, got ${largest}`;
  if (typeof elementary !== 'function') return `arithmetic.elementary must be a function, got ${showValue(elementary)}`;
  const unknown = algorithms.find((name) => !Object.hasOwn(ALGORITHMS, name));
  return unknown === undefined
    ? undefined
    : `arithmetic.algorithms names ${showValue(unknown)}, which is none; there are ${Object.keys(ALGORITHMS).join(', ')}`;
};

/** Float64 with elementary functions within 1 ulp, which is 2 units of roundoff: the reference's own. */
export const FLOAT64: Arithmetic = { u: 1.1102230246251565e-16, elementary: () => 2, tiny: 5e-324 };
/** Float32 with subnormals and elementary functions within 1 ulp, no factor rounded before a product, two-pass variances. */
export const FLOAT32: Arithmetic = { u: 5.9604644775390625e-8, elementary: () => 2, tiny: 1.401298464324817e-45 };
