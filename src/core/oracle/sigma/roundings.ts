import type { Arithmetic } from '../../engine/arithmetic.ts';

/** What the second tier needs to know of an arithmetic. */
export interface Roundings {
  /** Of sums, and of all that is not stored. */
  readonly u: number;
  readonly storage: number;
  /** Of the factors of products; 0 where they are stored no better. */
  readonly products: number;
  readonly elementary: (x: number) => number;
  /** The smallest positive number that is not flushed. */
  readonly tiny: number;
}

/** The roundings of an arithmetic, what it leaves out filled in. */
export const roundingsOf = ({ u, elementary, tiny, storage = u, products = 0 }: Arithmetic): Roundings => ({
  u,
  elementary,
  tiny,
  storage,
  products: products > storage ? products : 0,
});

/** Whether a format of unit roundoff `u` has all the bits of y (Veltkamp's splitting), as one of float64 has. */
export const fits = (u: number, y: number): boolean => {
  if (u < 2.220446049250313e-16) return true;
  const split = u / 1.1102230246251565e-16 + 1;
  return split * y - (split * y - y) === y;
};
