/**
 * What rounding took from a sum: `a + b = s + sumError(a, b, s)` exactly, for `s = a + b` rounded and any order of magnitudes
 * (Knuth, The Art of Computer Programming, volume 2, theorem 4.2.2 B).
 *
 * @example
 * sumError(1, 2 ** -60, 1) // 2 ** -60
 */
export function sumError(a: number, b: number, s: number): number {
  const fromB = s - a;
  return a - (s - fromB) + (b - fromB);
}

/**
 * 1.5 · 2²⁷: `x + TO_2_M25 - TO_2_M25` is the multiple of 2⁻²⁵ nearest to x, for |x| < 2²⁵. Below 2 it has 26 bits at most, so
 * that the product of two such is exact.
 */
export const TO_2_M25: number = 201326592;

/** 2²⁷ + 1: multiplying by it cuts a double into halves of 26 bits (Veltkamp). */
const CUT: number = 134217729;

/** The upper 26 bits of `a`; `a - upperHalf(a)` is the rest, exactly. For |a| < 2⁹⁹⁶. */
export function upperHalf(a: number): number {
  const c = CUT * a;
  return c - (c - a);
}

/**
 * What rounding took from a product: `a · b = p + productError(a, b, p)` exactly, for `p = a · b` rounded, factors below 2⁹⁹⁶
 * and a product above 2⁻⁹⁶⁰ (Dekker 1971, doi 10.1007/BF01397083).
 *
 * @example
 * productError(2 ** 27 + 1, 2 ** 27 + 1, 2 ** 54 + 2 ** 28) // 1
 */
export function productError(a: number, b: number, p: number): number {
  const aUpper = upperHalf(a);
  const aLower = a - aUpper;
  const bUpper = upperHalf(b);
  const bLower = b - bUpper;
  return aUpper * bUpper - p + aUpper * bLower + aLower * bUpper + aLower * bLower;
}
