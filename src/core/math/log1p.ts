import { logSum } from './part/log-sum.ts';
import { sumError } from './part/rounding-error.ts';

/**
 * log(1 + x) within 1 ulp, also for small |x|: the logarithm of 1 + x as a sum of two doubles. -Infinity at -1, NaN below.
 *
 * @example
 * log1p(1e-20) // 1e-20
 */
export function log1p(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x <= -1) return x === -1 ? -Infinity : NaN;
  if (x > -1e-9 && x < 1e-9) return x - 0.5 * x * x;
  const h = 1 + x;
  return logSum(h, sumError(1, x, h));
}
