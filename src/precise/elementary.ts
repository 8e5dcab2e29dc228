import type { Unary } from '../core/language/ops.ts';
import type { BigNumber, BigNumbers } from './big-number.ts';
import { pi } from './constants.ts';
import { erfcFraction, erfSeries, expm1Series, log1pSeries } from './series.ts';

/** Digits up to which mathjs knows ln 10, which its logarithm needs. */
const LN_DIGITS = 1000;

/**
 * Natural logarithm to any precision: beyond what mathjs offers, half the digits first and one step of Halley, which triples
 * them.
 */
const ln = (B: BigNumbers, x: BigNumber): BigNumber => {
  if (B.precision <= LN_DIGITS || !x.isFinite() || x.lte(0)) return new B(x).ln();
  const y = new B(ln(B.clone({ precision: Math.ceil(B.precision / 2) }), x));
  const e = y.exp();
  return new B(x).minus(e).times(2).div(e.plus(x)).plus(y);
};

/**
 * The scalar functions of the language to the precision of `B`, relative accuracy kept everywhere (near 0, deep in the tails).
 * Infinities give their limits. erf and erfc are our own series; those of mathjs know doubles only.
 *
 * @example
 * const B = bigNumbers(25);
 * String(elementary(B).cdf(new B(-40))) // '3.655893540915029703748986e-350'
 */
export const elementary = (B: BigNumbers): { readonly [K in Unary]: (x: BigNumber) => BigNumber } => {
  const { precision } = B;
  const W = B.clone({ precision: precision + 10 });
  // 1 - erf(x) loses 0.43 x² digits, and takes over where that is a seventh of them.
  const G = B.clone({ precision: Math.ceil(precision * 1.2) + 15 });
  const rootPi = pi(G).sqrt();
  const rootTwo = new G(2).sqrt();

  const expm1 = (x: BigNumber): BigNumber => (x.abs().lt(0.5) ? expm1Series(W, x) : new W(x).exp().minus(1));
  const log1p = (x: BigNumber): BigNumber => (x.abs().lt(0.25) ? log1pSeries(W, x) : ln(W, new W(x).plus(1)));
  const log = (x: BigNumber): BigNumber => {
    const above = new W(x).minus(1);
    return above.abs().lt(0.25) ? log1pSeries(W, above) : ln(W, x);
  };
  const erfc = (x: BigNumber): BigNumber => {
    if (!x.isFinite()) return x.isNaN() ? x : new G(x.isNegative() ? 2 : 0);
    const far = x.isPositive() && x.times(x).gt(1 + precision / 3);
    return far ? erfcFraction(G, x).div(rootPi) : new G(1).minus(erf(x));
  };
  const erf = (x: BigNumber): BigNumber => {
    if (!x.isFinite()) return x.isNaN() ? x : new G(x.isNegative() ? -1 : 1);
    const far = x.times(x).gt(1 + precision / 3);
    return far ? new G(1).minus(erfc(new G(x.abs()))).times(x.isNegative() ? -1 : 1) : erfSeries(G, x).div(rootPi);
  };
  const cdf = (x: BigNumber): BigNumber => erfc(new G(x).neg().div(rootTwo)).div(2);
  const gelu = (x: BigNumber): BigNumber => (x.isFinite() ? cdf(x).times(x) : x.isNegative() ? new G(-0) : x);

  const rounded =
    (f: (x: BigNumber) => BigNumber) =>
    (x: BigNumber): BigNumber =>
      new B(f(x)).toSignificantDigits(precision);
  return {
    exp: rounded((x) => new W(x).exp()),
    expm1: rounded(expm1),
    log: rounded(log),
    log1p: rounded(log1p),
    erf: rounded(erf),
    erfc: rounded(erfc),
    cdf: rounded(cdf),
    gelu: rounded(gelu),
    sqrt: rounded((x) => new W(x).sqrt()),
    rsqrt: rounded((x) => new W(1).div(new W(x).sqrt())),
  };
};
