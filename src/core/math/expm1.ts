import { exp } from './exp.ts';
import { expSeries, LN2_HIGH, LN2_LOW, LOG2_E } from './exp-series.ts';
import { ldexp } from './ldexp.ts';
import { sumError } from './rounding-error.ts';

/**
 * eˣ - 1 within 1 ulp, also for small |x|.
 *
 * |x| ≤ ½ ln 2: x + x² P(x). Else x = k ln 2 + r and eˣ - 1 = (2ᵏ (1 + r) - 1) + 2ᵏ r² P(r), the bracket as a sum of two doubles.
 *
 * @example
 * expm1(1e-20) // 1e-20
 */
export function expm1(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -40) return -1;
  if (x > 40) return exp(x);
  if (x >= -0.34657 && x <= 0.34657) return x + x * x * expSeries(x);
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const s = 1 + r;
  const rest = 1 - s + r + (high - r - low) + r * r * expSeries(r);
  const scaled = ldexp(s, k);
  const d = scaled - 1;
  return d + (sumError(scaled, -1, d) + ldexp(rest, k));
}
