import { weightedCdf } from './part/weighted-cdf.ts';

/**
 * Φ(x), the cumulative distribution of the standard normal, within 1 ulp; relative accuracy is kept down to the smallest
 * double at x = -38.48.
 *
 * @example
 * cdf(0) // 0.5
 */
export function cdf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -38.6) return 0;
  if (x > 9) return 1;
  return weightedCdf(x, 1);
}
