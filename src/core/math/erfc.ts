import { erfSeries } from './part/erf-series.ts';
import { sumError } from './part/rounding-error.ts';
import { scaledErfc } from './part/scaled-erfc.ts';

/**
 * Complementary error function, 1 - erf(x), within 1 ulp; relative accuracy is kept down to the smallest double at x = 27.2.
 *
 * @example
 * erfc(10) // 2.088487583762545e-45
 */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 27.3) return 0;
  if (x < -6) return 2;
  if (x >= 0.55) return scaledErfc(x, 0, 1);
  if (x < -0.75) return scaledErfc(-x, 2, -1);
  const s = 1 - x;
  return s + (sumError(1, -x, s) - x * erfSeries(x));
}
