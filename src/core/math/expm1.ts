import { exp } from './exp.ts';
import { expSeries, LN2_HIGH, LN2_LOW, LOG2_E } from './part/exp-series.ts';
import { ldexp } from './part/ldexp.ts';
import { TO_2_M25 } from './part/rounding-error.ts';

/**
 * eˣ - 1 within 1 ulp, also for small |x|.
 *
 * x = k ln 2 + r and eˣ - 1 = (2ᵏ - 1) + 2ᵏ (r + r²/2 + r³ P(r)), with k = 0 up to ½ ln 2. The first three terms are added as
 * sums of two doubles, r² as the exact square of its upper part and the rest.
 *
 * @example
 * expm1(1e-20) // 1e-20
 */
export function expm1(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > -1e-17 && x < 1e-17) return x;
  if (x < -40) return -1;
  if (x > 40) return exp(x);
  const k = x >= -0.34657 && x <= 0.34657 ? 0 : Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const upper = r + TO_2_M25 - TO_2_M25;
  const square = 0.5 * upper * upper;
  const rest = high - r - low + (0.5 * (r - upper) * (r + upper) + r * r * r * expSeries(r));
  const s = r + square;
  const sLow = r - s + square + rest;
  if (k === 0) return s + sLow;
  const power = ldexp(1, k);
  const a = power - 1;
  const aLow = k > 0 ? power - a - 1 : power - (a + 1);
  const b = power * s;
  const sum = a + b;
  return sum + (a - sum + b + (aLow + power * sLow));
}
