/** erf(x) / x - 1 for |x| ≤ 1. Degree 12 in x² through the Chebyshev points of [0, 1], error 2⁻⁶². */
export function erfSeries(x: number): number {
  const u = x * x;
  const u2 = u * u;
  const u4 = u2 * u2;
  const low = 0.1283791670955126 - 0.3761263890318375 * u + (0.11283791670954879 - 0.026866170645076792 * u) * u2;
  const middle = 0.0052239776248180145 - 0.000854832698083379 * u + (0.0001205533111164271 - 1.4925595266831182e-5 * u) * u2;
  const high = 1.6461000484121368e-6 - 1.6350312701054695e-7 * u + (1.4659775274047436e-8 - 1.1372848856791674e-9 * u) * u2;
  return low + middle * u4 + (high + 5.957176147748911e-11 * u4) * (u4 * u4);
}
