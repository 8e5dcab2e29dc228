/** erf(x) / x - 1 for |x| ≤ 0.75. Degree 11 in x² through the Chebyshev points of [0, 0.5626], error 2⁻⁶⁶. */
export function erfSeries(x: number): number {
  const u = x * x;
  const u2 = u * u;
  const u4 = u2 * u2;
  const low = 0.1283791670955126 - 0.37612638903183754 * u + (0.11283791670955087 - 0.026866170645118426 * u) * u2;
  const middle = 0.005223977625221888 - 0.0008548327001109076 * u + (0.00012055331543818947 - 1.4925589331989037e-5 * u) * u2;
  const high = 1.646038204353174e-6 - 1.6333213091801684e-7 * u + (1.4413751635274794e-8 - 9.502408872183395e-10 * u) * u2;
  return low + (middle + high * u4) * u4;
}
