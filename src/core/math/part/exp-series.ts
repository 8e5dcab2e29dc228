/**
 * `(eʳ - 1 - r - r²/2) / r³` for |r| ≤ 0.34658 (½ ln 2 and a little). Polynomial of degree 9 through the Chebyshev points,
 * computed in 300 bits; its error times r³ is below 2⁻⁶¹.
 */
export function expSeries(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const low = 0.16666666666666669 + 0.041666666666666664 * r + (0.008333333333330063 + 0.0013888888888886554 * r) * r2;
  const middle = 0.00019841269863042963 + 2.4801587317136892e-5 * r + (2.7557268476553695e-6 + 2.75572829813734e-7 * r) * r2;
  const high = 2.5100377619606372e-8 + 2.091123100592285e-9 * r;
  return low + (middle + high * r4) * r4;
}

/** log₂ e. */
export const LOG2_E: number = Math.LOG2E;
/** ln 2 in 38 bits, so that its product with an exponent is exact. */
export const LN2_HIGH: number = 0.6931471805582987;
/** ln 2 - LN2_HIGH. */
export const LN2_LOW: number = 1.6465949582897082e-12;
