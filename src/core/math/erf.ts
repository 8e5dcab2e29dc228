import { erfSeries } from './part/erf-series.ts';
import { scaledErfc } from './part/scaled-erfc.ts';

/**
 * Error function, 2/√π ∫₀ˣ e^(-t²) dt, within 1 ulp: x + x R(x²) up to 0.75, then 1 - erfc(x).
 *
 * @example
 * erf(1) // 0.8427007929497149
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a <= 0.75) return x + x * erfSeries(x);
  const y = a > 6 ? 1 : scaledErfc(a, 1, -1);
  return x < 0 ? -y : y;
}
