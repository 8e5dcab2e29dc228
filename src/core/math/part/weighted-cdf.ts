import { gaussianTail } from './gaussian-tail.ts';
import { productError, sumError, TO_2_M25, upperHalf } from './rounding-error.ts';

/**
 * `w · Φ(x)` for the standard normal Φ, rounded nearly once; w is 1 (cdf) or x (gelu), x a finite number in [-40, 40].
 *
 * -¾ < x < 1: Φ(x) = ½ + ⅜x + x R(x²), the first two terms exact as ½ - x/8 + x/2. R is of degree 10 through the Chebyshev points
 * of [0, 1], error 2⁻⁶³. Beyond: the tail, from 1 on the right.
 */
export function weightedCdf(x: number, w: number): number {
  const a = Math.abs(x);
  if (x <= -0.75 || x >= 1) {
    const square = x * x;
    const squareLow = productError(x, x, square);
    return x < 0 ? gaussianTail(a, 0, 0.5 * square, 0.5 * squareLow, 0, w) : gaussianTail(a, 0, 0.5 * square, 0.5 * squareLow, w, -w);
  }
  if (a < 1e-17) return 0.5 * w;
  if (a < 1e-9) return 0.5 * w + w * (0.3989422804014327 * x);
  const u = x * x;
  const u2 = u * u;
  const u4 = u2 * u2;
  const low = 0.02394228040143268 - 0.06649038006690543 * u + (0.009973557010035022 - 0.0011873282154680343 * u) * u2;
  const middle = 0.00011543468751655941 - 9.444655793103845e-6 * u + (6.659679879655231e-7 - 4.1224107514160815e-8 * u) * u2;
  const high = 2.2704137585676e-9 - 1.106432828275589e-10 * u + 4.0743269774266276e-12 * u2;
  const s0 = 0.5 - 0.125 * x;
  const s1 = s0 + 0.5 * x;
  const rest = sumError(0.5, -0.125 * x, s0) + sumError(s0, 0.5 * x, s1) + x * (low + middle * u4 + high * (u4 * u4));
  const phi = s1 + rest + TO_2_M25 - TO_2_M25;
  const phiLower = s1 - phi + rest;
  const wUpper = upperHalf(w);
  return wUpper * phi + ((w - wUpper) * phi + w * phiLower);
}
