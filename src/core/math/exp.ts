import { expSeries, LN2_HIGH, LN2_LOW, LOG2_E } from './part/exp-series.ts';
import { ldexp } from './part/ldexp.ts';

/**
 * eˣ within 1 ulp (measured: docs/accuracy.md), in plain arithmetic, so that every engine gives the same bits.
 *
 * x = k ln 2 + r with |r| ≤ ½ ln 2; eˣ = 2ᵏ (1 + r + r²/2 + r³ P(r)). What `1 + r` and the reduction lose goes into the small
 * last term.
 *
 * @example
 * exp(1) // 2.718281828459045
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const s = 1 + r;
  const r2 = r * r;
  const rest = 1 - s + r + (high - r - low);
  return ldexp(s + (rest + (0.5 * r2 + r2 * r * expSeries(r))), k);
}
