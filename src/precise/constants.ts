import type { BigNumber, BigNumbers } from './big-number.ts';

/**
 * π to the precision of `B`, by the arithmetic-geometric mean (Brent 1976, Salamin 1976): each step doubles the digits.
 *
 * @example
 * String(pi(bigNumbers(30))) // '3.14159265358979323846264338328'
 */
export const pi = (B: BigNumbers): BigNumber => {
  const W = B.clone({ precision: B.precision + 10 });
  let a = new W(1);
  let b = new W(0.5).sqrt();
  let t = new W(0.25);
  for (
    let power = 1;
    a
      .minus(b)
      .abs()
      .gt(`1e-${B.precision + 5}`);
    power *= 2
  ) {
    const mean = a.plus(b).div(2);
    b = a.times(b).sqrt();
    t = t.minus(a.minus(mean).pow(2).times(power));
    a = mean;
  }
  return a.plus(b).pow(2).div(t.times(4)).toSignificantDigits(B.precision);
};
