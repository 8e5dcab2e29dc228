import type { Ops } from '../../language/ops.ts';
import { log as logarithmOf } from '../../math/log.ts';
import { last } from '../../tensor/shape.ts';
import { adopt, generate, type Tensor } from '../../tensor/tensor.ts';
import { type Bounded, storedError, withError } from './bounded.ts';
import type { Roundoff } from './roundoff.ts';

/**
 * What the normalised exponentials share. An implementation's `exp(x̂ⱼ − max x̂)` is `eⱼ(1 + θⱼ)` with
 * `1 + τⱼ = exp(Eⱼ + u tⱼ)(1 + c)`, `|θⱼ| ≤ τⱼ`: tⱼ how far x̂ⱼ is below its maximum (rounding of the difference), Eⱼ
 * the error of xⱼ, c that of exp. (The row maximum itself cancels.) The sum of n of them is off by the weighted mean of
 * the τ and γ(n), in relative terms: τ̄.
 */
interface Exponentials {
  /** tⱼ, of the reference and at most. */
  readonly below: Float64Array;
  readonly furthest: Float64Array;
  readonly tau: Float64Array;
  readonly mean: Float64Array;
  /** The maximum of a row, and its largest error. */
  readonly top: Float64Array;
  readonly worst: Float64Array;
}

/** A share below the smallest number stays nothing unless its error is beyond this. */
const HUGE = 1e200;

const exponentials = (r: Roundoff, o: Ops<Tensor>, { value, error }: Bounded, p: Tensor): Exponentials => {
  const n = last(value.shape);
  const x = value.data;
  const below = new Float64Array(x.length);
  const furthest = new Float64Array(x.length);
  const [mean, most, tops] = [new Float64Array(x.length / n), new Float64Array(x.length / n), new Float64Array(x.length / n)];
  for (let start = 0; start < x.length; start += n) {
    let top = Number.NEGATIVE_INFINITY;
    let worst = 0;
    for (let j = start; j < start + n; j++) {
      top = Math.max(top, x[j]);
      worst = Math.max(worst, error.data[j]);
    }
    for (let j = start; j < start + n; j++) {
      below[j] = top - x[j];
      furthest[j] = below[j] + error.data[j] + worst;
    }
    [most[start / n], tops[start / n]] = [worst, top];
  }
  const grown = o.unary(
    'expm1',
    generate(value.shape, (i) => error.data[i] + r.u * below[i]),
  ).data;
  const tau = new Float64Array(x.length);
  for (let row = 0; row < mean.length; row++) {
    let sum = 0;
    for (let j = row * n; j < (row + 1) * n; j++) {
      const c = r.exponential(-furthest[j], 0);
      tau[j] = grown[j] + c * (1 + grown[j]);
      if (p.data[j] > 0) sum += p.data[j] * tau[j];
      else if (tau[j] > HUGE) sum = Number.POSITIVE_INFINITY;
    }
    mean[row] = sum + r.gamma(n) * (1 + sum) + n * r.tiny;
  }
  return { below, furthest, tau, mean, top: tops, worst: most };
};

/**
 * Softmax over the last axis: `p̂ⱼ ≤ pⱼ (1 + τⱼ)(1 + c)/(1 − τ̄)`, so the error is at most
 * `pⱼ (τⱼ + τ̄ + c + τⱼ c)/(1 − τ̄)`, to first order `u pⱼ (tⱼ + Σ pₖtₖ + 2c + n + 1)`, and never more than 1
 * where the scores are numbers.
 */
export const boundedSoftmax = (r: Roundoff, o: Ops<Tensor>, x: Bounded): Bounded => {
  const n = last(x.shape);
  const p = o.softmax(x.value);
  const { tau, mean, worst } = exponentials(r, o, x, p);
  const divide = r.elementary(1, 0) + r.u;
  return withError(r, p, (i, y) => {
    const row = Math.floor(i / n);
    const m = mean[row];
    const relative = m < 1 ? (tau[i] + m + divide + tau[i] * divide) / (1 - m) : Number.POSITIVE_INFINITY;
    const far = 1 + r.gamma(n + 2);
    // Scores that may be infinite may make every share NaN.
    return worst[row] < Number.POSITIVE_INFINITY ? Math.min(far, Math.max(y, Number.MIN_VALUE) * relative + 2 * r.tiny) : worst[row];
  });
};

/**
 * Log-softmax: `(xⱼ − max) − log Σ`. The sum's relative error τ̄ is an absolute error `−log(1 − τ̄) ≤ τ̄/(1 − τ̄)` of its
 * logarithm, never more than all that the logarithm of n shares may be; both differences are rounded. As `xⱼ − (max + log Σ)`, where that is declared, the sum
 * in the brackets is rounded too.
 */
export const boundedLogSoftmax = (r: Roundoff, o: Ops<Tensor>, x: Bounded): Bounded => {
  const n = last(x.shape);
  const y = o.logSoftmax(x.value);
  const { below, furthest, mean, top, worst } = exponentials(r, o, x, o.softmax(x.value));
  const log = Math.max(r.elementary(1, 0), r.elementary(n, 0));
  // Computed and exact, the sum is from 1, the share of the maximum itself, to n, but for roundings.
  const all = logarithmOf(n) + 2 * r.gamma(n + 2) + 2 * log;
  const bracketed = r.declares('log-sum-exp');
  return withError(r, y, (i, z) => {
    const row = Math.floor(i / n);
    const m = mean[row];
    const most = all + worst[row];
    const sum = m < 1 ? Math.min(m / (1 - m), most) : most;
    const logarithm = Math.max(1, -z - below[i] + sum);
    const bracket = bracketed ? r.u * (Math.abs(top[row]) + worst[row] + 2 * logarithm) : 0;
    const e = x.error.data[i] + r.u * furthest[i] + sum + log * logarithm + bracket;
    return e + r.u * (Math.abs(z) + e) + r.tiny;
  });
};

/**
 * LayerNorm over the last axis of length D, two passes or Welford. With `c = x − μ`, `w = σ² + eps`, each error from the
 * one before: `δμ = mean E + γ(D+3) mean(|x| + E)`; `δc = E + δμ`, rounded;
 * `δw = mean(2|c|δc + δc²) + γ(D+4) mean((|c| + δc)²) + 2u w`, and what a tiny eps loses; `δr = r δw/(2(w − δw))`,
 * rounded, and never beyond what a variance of 0 gives; then two products and a sum, in any of their orders, also as `x·α + (b − μ·α)`. A one-pass
 * variance, `mean(x²) − μ²`, is outside it on rows far from 0, unless it is declared.
 */
export const boundedLayerNorm = (r: Roundoff, o: Ops<Tensor>, eps: number, x: Bounded, gain: Bounded, bias: Bounded): Bounded => {
  const d = last(x.shape);
  const y = o.layerNorm(eps, x.value, gain.value, bias.value);
  const out = new Float64Array(y.data.length);
  const c = new Float64Array(d);
  const dc = new Float64Array(d);
  const [u, rootError] = [r.u, r.elementary(1, 0) + 2 * r.u];
  for (let start = 0; start < out.length; start += d) {
    let [mean, spread, size] = [0, 0, 0];
    for (let j = 0; j < d; j++) {
      mean += x.value.data[start + j] / d;
      spread += x.error.data[start + j] / d;
      size += (Math.abs(x.value.data[start + j]) + x.error.data[start + j]) / d;
    }
    const dMean = spread + r.gamma(d + 3) * size + r.tiny;
    let [variance, dVariance, squares] = [0, 0, 0];
    for (let j = 0; j < d; j++) {
      c[j] = x.value.data[start + j] - mean;
      const e = x.error.data[start + j] + dMean;
      dc[j] = e + u * (Math.abs(c[j]) + e) + r.tiny;
      variance += (c[j] * c[j]) / d;
      dVariance += (2 * Math.abs(c[j]) * dc[j] + dc[j] * dc[j]) / d;
      squares += ((Math.abs(c[j]) + dc[j]) * (Math.abs(c[j]) + dc[j])) / d;
    }
    const w = variance + eps;
    const onePass = (origin: number): number => dVarianceInOnePass(r, x, start, d, origin, w - eps);
    const sum = Math.max(
      dVariance + r.gamma(d + 4) * squares + r.tiny,
      r.declares('one-pass-variance') ? onePass(0) : 0,
      r.declares('shifted-variance') ? onePass(x.value.data[start]) : 0,
    );
    const dw = sum + 2 * u * (w + sum) + r.lost(eps);
    const rstd = 1 / Math.sqrt(w);
    // A variance is never below 0: who computes it in one pass takes 0 then.
    const least = Math.max(w - dw, eps * (1 - 4 * u) - r.lost(eps));
    const slope = w > dw ? (rstd * dw) / (2 * (w - dw)) : Number.POSITIVE_INFINITY;
    const dr = (least > 0 ? Math.min(slope, Math.max(rstd, 1 / Math.sqrt(least))) : slope) * (1 + rootError) + rootError * rstd;
    for (let j = 0; j < d; j++) {
      const [g, dg] = [Math.abs(gain.value.data[j]), gain.error.data[j]];
      const normal = Math.abs(c[j]) * rstd;
      const dNormal = Math.abs(c[j]) * dr + dc[j] * (rstd + dr);
      const product = normal * dg + dNormal * (g + dg);
      const scaled = product + r.gamma(2) * ((normal + dNormal) * (g + dg)) + 2 * r.tiny * (1 + Math.abs(c[j]) + dc[j] + rstd + dr);
      const e = scaled + bias.error.data[j];
      // The rows' sums, the gain times the reciprocal root, and both terms of the last sum.
      const met = Math.max(
        d * size,
        d * squares,
        (rstd + dr) * (1 + g + dg),
        (normal + dNormal) * (g + dg),
        Math.abs(y.data[start + j]) + e,
      );
      // Some write x·α + (b − μ·α): the bias is rounded twice more.
      const biased = 2 * u * (Math.abs(bias.value.data[j]) + bias.error.data[j]);
      out[start + j] = r.proved(storedError(r, y.data[start + j], e + biased + u * (Math.abs(y.data[start + j]) + e) + r.tiny), met);
    }
  }
  return { shape: y.shape, value: y, error: adopt(y.shape, out) };
};

/**
 * The error of `mean(y²) − mean(y)²` with `y = x − origin`, rounded where the origin is not 0: `δq = mean(2|y|δy + δy²) + γ(D+3) mean((|y| + δy)²)` of the
 * first term, `δm(2|m| + δm) + u(|m| + δm)²` of the second with `δm = mean δy + γ(D+3) mean(|y| + δy)`, and the rounding of their difference.
 */
const dVarianceInOnePass = (r: Roundoff, x: Bounded, start: number, d: number, origin: number, variance: number): number => {
  let [dSquares, squares, dMean, mean, size] = [0, 0, 0, 0, 0];
  for (let j = start; j < start + d; j++) {
    const y = x.value.data[j] - origin;
    const given = x.error.data[j] + (origin === 0 ? 0 : x.error.data[start]);
    const dy = given + (origin === 0 ? 0 : r.u * (Math.abs(y) + given) + r.tiny);
    const most = Math.abs(y) + dy;
    dSquares += (2 * Math.abs(y) * dy + dy * dy) / d;
    squares += (most * most) / d;
    dMean += dy / d;
    mean += y / d;
    size += most / d;
  }
  const dm = dMean + r.gamma(d + 3) * size + r.tiny;
  const whole = Math.abs(mean) + dm;
  const e = dSquares + r.gamma(d + 3) * squares + dm * (2 * Math.abs(mean) + dm) + r.u * whole * whole + 2 * r.tiny;
  return e + r.u * (variance + e);
};
