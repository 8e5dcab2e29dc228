/**
 * `(eʳ - 1 - r) / r²` for |r| ≤ 0.34658 (½ ln 2 and a little). Polynomial of degree 10 through the Chebyshev points, computed in 300 bits;
 * its error times r² is below 2⁻⁶².
 */
export function expSeries(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const low = 0.5 + 0.1666666666666667 * r + (0.04166666666666667 + 0.00833333333332614 * r) * r2;
  const middle = 0.0013888888888883752 + 0.00019841269874804214 * r + (2.4801587325536023e-5 + 2.7557255421023506e-6 * r) * r2;
  const high = 2.7557273657975953e-7 + 2.5105208339987698e-8 * r + 2.0914680780540263e-9 * r2;
  return low + middle * r4 + high * (r4 * r4);
}

/** log₂ e. */
export const LOG2_E: number = 1.44269504089;
/** ln 2 in 38 bits, so that its product with an exponent is exact. */
export const LN2_HIGH: number = 0.6931471805582987;
/** ln 2 - LN2_HIGH. */
export const LN2_LOW: number = 1.6465949582897082e-12;
