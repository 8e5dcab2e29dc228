import type { Unary } from '../../core/language/ops.ts';
import type { Source } from '../trace/graph.ts';

/**
 * The scalar functions for float32, in `+ − × ÷` and comparisons. GPU languages have no erf, expm1 or log1p, and promise
 * little of exp (3 + 2|x| ulp in WGSL and GLSL) and of log near 1; these are within 7 u, u = 2⁻²⁴, wherever sums and products are
 * rounded to nearest, on every back end (measured per mode: test/gpu/elementary.test.ts).
 *
 * Coefficients: own weighted minimax fits (Lawson's iteration in 40 digits), each rounded to float32 before the next was
 * refitted. The comments say interval and largest relative error of the fit, in units of u = 2⁻²⁴.
 */

/** (e^r − 1 − r) / r² on |r| ≤ 0.35: 0.23 u of e^r − 1. */
const EXPM1 = [4.9999997e-1, 1.6666542e-1, 4.166743e-2, 8.3668735e-3, 1.3871858e-3];
/** (log(1 + f) − f + f²/2) / f³ on −0.2935 ≤ f ≤ 0.4145: 0.10 u of log(1 + f). */
const LOG1P = [3.333333e-1, -2.5000829e-1, 2.0001279e-1, -1.6623113e-1, 1.4200203e-1, -1.3161054e-1, 1.277417e-1, -7.6487795e-2];
/** erf(√t) / √t on 0 ≤ t ≤ 0.83: 0.01 u. */
const ERF = [1.1283792, -3.761314e-1, 1.1290696e-1, -2.7215445e-2, 6.021266e-3, -1.686553e-3, 4.3197206e-4];
/** (Φ(√t) − ½) / √t on 0 ≤ t ≤ 0.5: 0.02 u. */
const CDF = [3.989423e-1, -6.649106e-2, 9.97987e-3, -1.2050836e-3, 1.2655322e-4];
/** M(z) / t with t = 1 / (z + 2.5), M(z) = Φ(−z) e^(z²/2) Mills' ratio over √2π, on 0.68 ≤ z ≤ 15: 0.04 u. */
const MILLS = [3.989331e-1, 9.980742e-1, 2.070143, 3.7077649, -3.7786124, 3.5121006e1, -2.4722314e2, 6.189868e2, -7.097119e2, 3.2039206e2];
/** log 2 = LN2_HIGH + LN2_LOW; the first has 9 bits, so its product with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;

/** Horner's rule, outermost coefficient last. */
const polynomial = (s: Source, coefficients: readonly number[], x: string): string =>
  coefficients.reduceRight((inner, c) => (inner === '' ? s.number(c) : s.float(`${s.number(c)} + ${x} * ${inner}`)), '');

/** `r` and `k` with `high + low = k log 2 + r`, |r| ≤ 0.35. */
const reduced = (s: Source, high: string, low: string): readonly [r: string, k: string] => {
  const k = s.float(`Math.floor((${high} + ${low}) * 1.44269504 + 0.5)`);
  const near = s.float(`${high} - ${k} * ${LN2_HIGH}`);
  const rest = s.float(`${low} - ${k} * ${s.number(LN2_LOW)}`);
  return [s.float(`${near} + ${rest}`), k];
};
/** e^r − 1 for small r. */
const grown = (s: Source, r: string): string => s.float(`${r} + ${r} * ${r} * ${polynomial(s, EXPM1, r)}`);

/** `y · 2^k` for whole k in [−192, 191], without a bit cast: one multiplication a binary digit. */
const scaled = (s: Source, y: string, k: string): string => {
  const rest = s.float(`Math.abs(${k})`);
  const out = s.float(y);
  const powers = [s.float(`${k} < 0.0 ? 0.5 : 2.0`)];
  for (let i = 1; i < 7; i++) powers.push(s.float(`${powers[i - 1]} * ${powers[i - 1]}`));
  for (const digit of [64, 64, 32, 16, 8, 4, 2, 1])
    s.line(`if (${rest} >= ${digit}.0) { ${out} = ${out} * ${powers[Math.log2(digit)]}; ${rest} = ${rest} - ${digit}.0; }`);
  return out;
};

/** e^(high + low), where `low` is small: what `high` was rounded by. Beyond float32's range: 0 or overflow. */
const exponential = (s: Source, high: string, low: string): string => {
  const [r, k] = reduced(s, s.float(`Math.min(Math.max(${high}, -104.0), 89.0)`), low);
  return scaled(s, `1.0 + ${grown(s, r)}`, k);
};

/** `2^k` and `m` in [√½, √2) with `x = m · 2^k`, for x > 0. */
const split = (s: Source, x: string): { readonly m: string; readonly k: string; readonly scale: string } => {
  const [m, k, scale] = [s.float(x), s.float('0.0'), s.float('1.0')];
  const step = (test: string, exponent: number): void =>
    s.line(
      `if (${m} ${test}) { ${m} = ${m} * ${2 ** -exponent}; ${scale} = ${scale} * ${2 ** -exponent}; ${k} = ${k} ${exponent < 0 ? '-' : '+'} ${Math.abs(exponent)}.0; }`,
    );
  for (const e of [64, 32, 16, 8, 4, 2, 1]) step(`>= ${2 ** e}.0`, e);
  for (const e of [64, 64, 32, 16, 8, 4, 2, 1]) step(`< ${2 ** (1 - e)}`, -e);
  step('> 1.4142135', 1);
  return { m, k, scale };
};
/** k log 2 + log(1 + f) for small f. */
const logarithm = (s: Source, k: string, f: string): string => {
  const square = s.float(`${f} * ${f}`);
  const cubic = s.float(`${square} * ${f} * ${polynomial(s, LOG1P, f)}`);
  const low = s.float(`${cubic} + ${k} * ${s.number(LN2_LOW)}`);
  const middle = s.float(`${low} - 0.5 * ${square}`);
  return s.float(`(${middle} + ${f}) + ${k} * ${LN2_HIGH}`);
};
/** −∞ at 0, not a number below. */
const outside = (s: Source, x: string, y: string): string =>
  s.float(`${x} > 3.4028234e38 ? ${x} : (${x} > 0.0 ? ${y} : (${x} < 0.0 ? Math.sqrt(${x}) : -1.0 / (${x} * ${x})))`);

/** 1 / d to the last bit or so, however inexact the device's division is. */
const reciprocal = (s: Source, d: string): string => {
  const t = s.float(`1.0 / ${d}`);
  return s.float(`${t} + ${t} * (1.0 - ${d} * ${t})`);
};

/**
 * e^(−half·z²) and Mills' ratio at `mills` ≥ 0.68, whose product is Φ(−z) for half = ½. The square is taken in two parts,
 * h² exactly and (z − h)(z + h) small, or its rounding would cost 100 ulp at z = 14.
 */
const tail = (s: Source, z: string, mills: string, half: number): readonly [exponential: string, ratio: string] => {
  const h = s.float(`Math.floor(${z} * 64.0 + 0.5) * 0.015625`);
  const high = s.float(`${s.number(-half)} * (${h} * ${h})`);
  const low = s.float(`${s.number(-half)} * ((${z} - ${h}) * (${z} + ${h}))`);
  const t = reciprocal(s, s.float(`${mills} + 2.5`));
  return [exponential(s, high, low), s.float(`${t} * ${polynomial(s, MILLS, t)}`)];
};

const erfc = (s: Source, x: string): { readonly z: string; readonly near: string; readonly far: string } => {
  const z = s.float(`Math.min(Math.abs(${x}), 11.0)`);
  const near = s.float(`${x} * ${polynomial(s, ERF, s.float(`${x} * ${x}`))}`);
  const [e, ratio] = tail(s, z, s.float(`${z} * 1.41421356`), 1);
  return { z, near, far: s.float(`${e} * (2.0 * ${ratio})`) };
};
/** Φ(x) for |x| < 0.7, and the parts of Φ(−|x|) beyond. */
const normal = (s: Source, x: string): { readonly z: string; readonly near: string; readonly e: string; readonly ratio: string } => {
  const z = s.float(`Math.min(Math.abs(${x}), 15.0)`);
  const near = s.float(`0.5 + ${x} * ${polynomial(s, CDF, s.float(`${z} * ${z}`))}`);
  const [e, ratio] = tail(s, z, z, 0.5);
  return { z, near, e, ratio };
};
/** One step of Newton's iteration after the device's own root, whose error is squared. */
const rsqrt = (s: Source, x: string): string => {
  const y = s.float(`1.0 / Math.sqrt(${x})`);
  const better = s.float(`${y} + ${y} * (0.5 * (1.0 - (${x} * ${y}) * ${y}))`);
  return s.float(`(${x} > 0.0 && ${x} < 3.4028234e38) ? ${better} : ${y}`);
};

/** Writes `f(x)` and returns the name of its value. A missing function does not compile. */
export const ELEMENTARY: { readonly [K in Unary]: (s: Source, x: string) => string } = {
  exp: (s, x) => exponential(s, x, '0.0'),
  expm1: (s, x) => {
    const [r, k] = reduced(s, s.float(`Math.min(Math.max(${x}, -18.0), 89.0)`), '0.0');
    const half = scaled(s, '0.5', k);
    return s.float(`2.0 * (${half} * ${grown(s, r)} + (${half} - 0.5))`);
  },
  log: (s, x) => {
    const { m, k } = split(s, x);
    return outside(s, x, logarithm(s, k, s.float(`${m} - 1.0`)));
  },
  log1p: (s, x) => {
    const v = s.float(`1.0 + ${x}`);
    const { m, k, scale } = split(s, v);
    const f = s.float(`${x} > 4.0 ? ${m} - 1.0 : (${scale} - 1.0) + ${x} * ${scale}`);
    return outside(s, v, logarithm(s, k, f));
  },
  erf: (s, x) => {
    const { z, near, far } = erfc(s, x);
    return s.float(`${z} < 0.9 ? ${near} : (${x} < 0.0 ? ${far} - 1.0 : 1.0 - ${far})`);
  },
  erfc: (s, x) => {
    const { near, far } = erfc(s, x);
    return s.float(`Math.abs(${x}) < 0.5 ? 1.0 - ${near} : (${x} < 0.0 ? 2.0 - ${far} : ${far})`);
  },
  cdf: (s, x) => {
    const { z, near, e, ratio } = normal(s, x);
    const far = s.float(`${e} * ${ratio}`);
    return s.float(`${z} < 0.7 ? ${near} : (${x} < 0.0 ? ${far} : 1.0 - ${far})`);
  },
  // In the negative tail −z, which is x down to −15, meets the ratio first: Φ(x) alone may be flushed to zero where x Φ(x) is not.
  gelu: (s, x) => {
    const { z, near, e, ratio } = normal(s, x);
    return s.float(`${z} < 0.7 ? ${x} * ${near} : (${x} < 0.0 ? ${e} * (-${z} * ${ratio}) : ${x} * (1.0 - ${e} * ${ratio}))`);
  },
  sqrt: (s, x) => {
    const y = s.float(`Math.sqrt(${x})`);
    const better = s.float(`${y} + 0.5 * ((${x} - ${y} * ${y}) / ${y})`);
    return s.float(`(${x} > 0.0 && ${x} < 3.4028234e38) ? ${better} : ${y}`);
  },
  rsqrt,
};
