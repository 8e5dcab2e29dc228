import { gaussianTail } from './gaussian-tail.ts';
import { productError } from './rounding-error.ts';

/** √2 as a sum of two doubles. */
const SQRT2: number = Math.SQRT2;
const SQRT2_LOW: number = -9.667293313452913e-17;

/** `base + w · erfc(x)` rounded nearly once, for x in [0.55, 28]: erfc(x) = 2Φ(-√2 x). */
export function scaledErfc(x: number, base: number, w: number): number {
  const a = x * SQRT2;
  const square = x * x;
  return gaussianTail(a, productError(x, SQRT2, a) + x * SQRT2_LOW, square, productError(x, x, square), base, 2 * w);
}
