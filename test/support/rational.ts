/** Fractions of whole numbers of any size: arithmetic without rounding, for what must be known exactly. */
export interface Rational {
  readonly above: bigint;
  readonly below: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
const abs = (a: bigint): bigint => (a < 0n ? -a : a);

export const rational = (above: bigint, below = 1n): Rational => {
  const common = (gcd(abs(above), abs(below)) || 1n) * (below < 0n ? -1n : 1n);
  return { above: above / common, below: below / common };
};
export const plus = (a: Rational, b: Rational): Rational => rational(a.above * b.below + b.above * a.below, a.below * b.below);
export const times = (a: Rational, b: Rational): Rational => rational(a.above * b.above, a.below * b.below);

/** The number that a double is. */
export const exactly = (x: number): Rational => {
  let [whole, below] = [x, 1n];
  while (!Number.isInteger(whole)) [whole, below] = [2 * whole, 2n * below];
  return rational(BigInt(whole), below);
};

/** The double nearest to it, within half a unit and 2⁻²⁰⁰. */
export const nearest = ({ above, below }: Rational): number => Number((above << 200n) / below) / 2 ** 200;
