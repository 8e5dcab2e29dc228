import { LN2_HIGH, LN2_LOW } from './exp-series.ts';
import { productError, sumError } from './rounding-error.ts';

const TWO_32: number = 4294967296;
const TWO_M32: number = 2.3283064365386963e-10;
const SQRT_HALF: number = Math.SQRT1_2;

/**
 * log(h + l) for positive finite h and |l| ≤ ½ ulp(h).
 *
 * h = 2ᵏ m with m in [√½, √2), the exponent counted by products with 2^±32 and the leading zeros of a whole number. With f = m
 * - 1 and s = f / (2 + f): log(1 + f) = 2s + s³ P(s²), s as a sum of two doubles; P is of degree 7 through the Chebyshev
 * points of [0, 0.02945], error 2⁻⁶⁶.
 */
export function logSum(h: number, l: number): number {
  let m = h;
  let ml = l;
  let k: number = 0;
  while (m >= TWO_32) {
    m *= TWO_M32;
    ml *= TWO_M32;
    k += 32;
  }
  while (m < 1) {
    m *= TWO_32;
    ml *= TWO_32;
    k -= 32;
  }
  const bits: i32 = 31 - (Math.clz32(Math.floor(m)) as i32);
  const half: i32 = 1 << (bits >> 1);
  const other: i32 = 1 << (bits - (bits >> 1));
  const scale = 1 / ((half as number) * (other as number));
  m *= scale;
  ml *= scale;
  k += bits as number;
  if (m * SQRT_HALF >= 1) {
    m *= 0.5;
    ml *= 0.5;
    k += 1;
  }
  const f0 = m - 1;
  const f = f0 + ml;
  const fLow = sumError(f0, ml, f);
  const b = 2 + f;
  const bLow = sumError(2, f, b) + fLow;
  const s = f / b;
  const p = s * b;
  const sLow = (f - p - productError(s, b, p) + fLow - s * bLow) / b;
  const z = s * s;
  const z2 = z * z;
  const even = 0.6666666666666666 + 0.4000000000000088 * z + (0.28571428570801954 + 0.22222222392089008 * z) * z2;
  const odd = 0.18181795600060793 + 0.15386241881938595 * z + (0.13268714792348096 + 0.1308723619665962 * z) * z2;
  const series = s * z * (even + odd * (z2 * z2));
  const kh = k * LN2_HIGH;
  const twice = 2 * s;
  const y = kh + twice;
  return y + (sumError(kh, twice, y) + (2 * sLow + k * LN2_LOW + series));
}
