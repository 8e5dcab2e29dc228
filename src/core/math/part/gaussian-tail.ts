import { expSeries, LN2_HIGH, LN2_LOW, LOG2_E } from './exp-series.ts';
import { ldexp } from './ldexp.ts';
import { TO_2_M25 } from './rounding-error.ts';

/** (a + 1) eᵃ²ᐟ² Φ(-a) - ½ for a in [0.749, 3]: degree 21 in t = a - 15/8 through the Chebyshev points, error 2⁻⁶³. */
function near(t: number): number {
  const t2 = t * t;
  const t4 = t2 * t2;
  const t8 = t4 * t4;
  const p0 = 0.006836312648211614 - 0.020350078582822482 * t + (0.0006703878974330231 + 0.0016434296626711845 * t) * t2;
  const p4 = -0.0010081289017412347 + 0.0004220257836102569 * t + (-0.0001483074211715714 + 4.663657063344304e-5 * t) * t2;
  const p8 = -1.3515375116074369e-5 + 3.6702452650694565e-6 * t + (-9.439480050305096e-7 + 2.3163168534915817e-7 * t) * t2;
  const p12 = -5.4527286644592385e-8 + 1.2365664615693668e-8 * t + (-2.7103383315796178e-9 + 5.758506050913769e-10 * t) * t2;
  const p16 = -1.1909929752242405e-10 + 2.3922253732017853e-11 * t + (-4.542125634041471e-12 + 8.704668266984646e-13 * t) * t2;
  const p20 = -2.105560103201561e-13 + 3.826869444718902e-14 * t;
  return p0 + p4 * t4 + (p8 + p12 * t4 + (p16 + p20 * t4) * t8) * t8;
}

/** (a + 1) eᵃ²ᐟ² Φ(-a) - 7/16 for a in [3, 40]: degree 20 in t = 8 / (a + 1) - 1 through the Chebyshev points, error 2⁻⁶². */
function far(t: number): number {
  const t2 = t * t;
  const t4 = t2 * t2;
  const t8 = t4 * t4;
  const p0 = 0.009647859524324271 + 0.044877952805207934 * t + (-0.00489500558326518 - 0.0013762164543312447 * t) * t2;
  const p4 = 0.00026859509386265343 + 5.612092724997867e-5 * t + (-2.456858467182938e-5 - 7.742805599436384e-7 * t) * t2;
  const p8 = 2.311417426012455e-6 - 4.0339029216804156e-7 * t + (-1.5265135507629914e-7 + 8.628368113879008e-8 * t) * t2;
  const p12 = -5.653506729596824e-9 - 9.59839298527186e-9 * t + (3.938778504369245e-9 + 3.389349074824956e-11 * t) * t2;
  const p16 = -6.152546115395136e-10 + 2.1944029221748944e-10 * t + (1.7320991077682552e-11 - 3.552671175689577e-11 * t) * t2;
  return p0 + p4 * t4 + (p8 + p12 * t4 + (p16 + 8.219883147699534e-12 * t4) * t8) * t8;
}

/** 1.5 · 2³²: the same for multiples of 2⁻²⁰ up to 64. */
const TO_2_M20: number = 6442450944;

/**
 * `base + w · Φ(-a)` rounded nearly once, for the standard normal Φ and a in [0.75, 40]. Its callers are the tails of erf, erfc,
 * cdf and gelu.
 *
 * Φ(-a) = e^(-a²/2) G(a) / (a + 1), where G varies by a fifth only over the whole range, so that a constant and a small
 * polynomial carry it. Each factor is an upper part of at most 26 bits and the rest: products of upper parts are exact, and
 * only the last sum rounds.
 *
 * @param a distance from the mean, `a + aLow` exactly
 * @param s a²/2, as `s + sLow`
 * @param base 0, or at least |w| Φ(-a) with a < 10
 * @param w weight, |w| at most 2 or at most a
 */
export function gaussianTail(a: number, aLow: number, s: number, sLow: number, base: number, w: number): number {
  const k = Math.floor(0.5 - s * LOG2_E);
  const r0 = -s - k * LN2_HIGH;
  const r1 = k * LN2_LOW + sLow;
  const r = r0 - r1;
  const e0 = 1 + r;
  const r2 = r * r;
  const e1 = 1 - e0 + r + ((r0 - r - r1) * e0 + (0.5 * r2 + r2 * r * expSeries(r)));
  const eUpper = e0 + e1 + TO_2_M25 - TO_2_M25;
  const eLower = e0 - eUpper + e1;

  const d = a + 1;
  const dUpper = d + TO_2_M20 - TO_2_M20;
  const dLower = d - dUpper + (a - (d - 1) + aLow);
  const inverse = 1 / d;
  const cUpper = w * inverse + TO_2_M25 - TO_2_M25;
  const cLower = (w - cUpper * dUpper - cUpper * dLower) * inverse;

  const g0 = a < 3 ? 0.5 : 0.4375;
  const g1 = a < 3 ? near(a - 1.875) : far(8 * inverse - 1);
  const g = g0 + g1;
  const gUpper = g + TO_2_M25 - TO_2_M25;
  const gLower = g0 - gUpper + g1;

  const m0 = cUpper * gUpper;
  const m1 = cUpper * gLower + cLower * g;
  const m = m0 + m1;
  const mUpper = m + TO_2_M25 - TO_2_M25;
  const mLower = m0 - mUpper + m1;

  const y0 = eUpper * mUpper;
  const y1 = eUpper * mLower + eLower * m;
  if (base === 0) return ldexp(y0 + y1, k);
  const power = ldexp(1, k);
  const scaled = y0 * power;
  const sum = base + scaled;
  return sum + (base - sum + scaled + y1 * power);
}
