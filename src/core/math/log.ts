import { logSum } from './part/log-sum.ts';

/**
 * Natural logarithm within 1 ulp; -Infinity at ±0, NaN below.
 *
 * @example
 * log(10) // 2.302585092994046
 */
export function log(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x <= 0) return x === 0 ? -Infinity : NaN;
  return logSum(x, 0);
}
