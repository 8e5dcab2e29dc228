import { erf } from './erf.ts';
import { erfc } from './erfc.ts';
import { exp } from './exp.ts';
import { log } from './log.ts';

/**
 * Inverse of erf: erf(erfinv(x)) = x; ±Infinity at ±1, NaN outside.
 *
 * @example
 * erfinv(0.5) // 0.4769362762044699
 */
export function erfinv(x: number): number {
  if (!(x >= -1 && x <= 1)) return NaN;
  const a = Math.abs(x);
  if (a === 1) return x * Infinity;
  if (a < 1e-9) return x * 0.886226925452758;
  const l = log((1 - a) * (1 + a));
  const b = 4.330746750799873 + 0.5 * l;
  let y = Math.sqrt(Math.sqrt(b * b - l * 6.802721088435375) - b);
  for (let i: i32 = 0; i < 3; i++) {
    const e = (a < 0.5 ? erf(y) - a : 1 - a - erfc(y)) * 0.886226925452758 * exp(y * y);
    y -= e / (1 + y * e);
  }
  return x < 0 ? -y : y;
}
