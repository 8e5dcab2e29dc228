import type { BigNumber, BigNumbers } from './big-number.ts';

/** Whether `term` no longer counts beside `sum` at the precision of `B`. */
const negligible = (B: BigNumbers, term: BigNumber, sum: BigNumber): boolean => term.isZero() || term.e < sum.e - B.precision;

/** first + next(first, 1) + next(…, 2) + …, until a term no longer counts. */
const sumOf = (B: BigNumbers, first: BigNumber, next: (term: BigNumber, n: number) => BigNumber): BigNumber => {
  let term = first;
  let sum = first;
  for (let n = 1; !negligible(B, term, sum); n++) {
    term = next(term, n);
    sum = sum.plus(term);
  }
  return sum;
};

/** eˣ - 1 = x + x²/2! + x³/3! + …, for |x| < 1. */
export const expm1Series = (B: BigNumbers, x: BigNumber): BigNumber => sumOf(B, new B(x), (term, n) => term.times(x).div(n + 1));

/** log(1 + x) = 2 (z + z³/3 + z⁵/5 + …) with z = x / (2 + x), for |x| < ½. */
export const log1pSeries = (B: BigNumbers, x: BigNumber): BigNumber => {
  const z = new B(x).div(new B(x).plus(2));
  const square = z.times(z);
  return sumOf(B, z.times(2), (term, n) =>
    term
      .times(square)
      .times(2 * n - 1)
      .div(2 * n + 1),
  );
};

/**
 * √π erf(x) = 2 e^(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!! (DLMF 7.6.2): all terms have one sign, so nothing cancels.
 *
 * @example
 * const B = bigNumbers(20);
 * String(erfSeries(B, new B(1)).div(pi(B).sqrt()).toSignificantDigits(18)) // '0.842700792949714869'
 */
export const erfSeries = (B: BigNumbers, x: BigNumber): BigNumber => {
  const square = new B(x).times(x);
  const double = square.times(2);
  return sumOf(B, new B(x).times(2), (term, n) => term.times(double).div(2 * n + 1)).times(square.neg().exp());
};

/**
 * √π erfc(x) = e^(-x²) / (x + ½ / (x + 1 / (x + 3/2 / (x + …)))) (DLMF 7.9.1), for x > 0. Neighbouring convergents enclose the
 * value; it stops when they agree, after about (digits · ln 10)² / 8x² steps.
 *
 * @example
 * const B = bigNumbers(20);
 * String(erfcFraction(B, new B(5)).div(pi(B).sqrt()).toSignificantDigits(18)) // '1.53745979442803485e-12'
 */
export const erfcFraction = (B: BigNumbers, x: BigNumber): BigNumber => {
  // aₙ/bₙ is the n-th convergent; it differs from the one before by n!/2ⁿ / (bₙ bₙ₋₁).
  let [aBefore, a] = [new B(1), new B(x)];
  let [bBefore, b] = [new B(0), new B(1)];
  let gap = new B(1);
  for (let n = 1; n === 1 || gap.e >= a.e + bBefore.e - B.precision; n++) {
    const half = new B(n).div(2);
    gap = gap.times(half);
    [aBefore, a] = [a, a.times(x).plus(aBefore.times(half))];
    [bBefore, b] = [b, b.times(x).plus(bBefore.times(half))];
  }
  return new B(x).times(x).neg().exp().times(b).div(a);
};
