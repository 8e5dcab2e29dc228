import { weightedCdf } from './part/weighted-cdf.ts';

/**
 * GELU, x·Φ(x) (Hendrycks and Gimpel 2016, arXiv 1606.08415; the exact form, not tanh), within 1 ulp. The negative tail keeps
 * its relative accuracy; -Infinity gives -0, the limit.
 *
 * @example
 * gelu(1) // 0.8413447460685429
 */
export function gelu(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -38.7) return -0;
  if (x > 9) return x;
  return weightedCdf(x, x);
}
