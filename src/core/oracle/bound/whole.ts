import { generate } from '../../tensor/tensor.ts';
import { type Bounded, isExact } from './bounded.ts';
import type { Roundoff } from './roundoff.ts';

/**
 * Whether an implementation has these numbers exactly and all are whole. Products and sums of such numbers are whole too, on the way as well, and none is
 * rounded, in any order, as long as the magnitudes add up to no more than a format holds: 1/u.
 *
 * @example
 * [areWhole(exact(tensor([2], [3, -4]))), areWhole(exact(tensor([1], [0.5])))] // [true, false]
 */
export const areWhole = (a: Bounded): boolean => {
  const { data } = a.value;
  for (let i = 0; i < data.length; i++) if (!Number.isInteger(data[i])) return false;
  return isExact(a);
};

/** A result of whole numbers that has no error where the magnitudes of its terms, `terms(i)` in all, lose nothing; where one may overflow it is as it was. */
export const lossless = (r: Roundoff, result: Bounded, terms: (i: number) => number): Bounded => {
  const most = 1 / Math.max(r.u, r.stored);
  const { data } = result.error;
  const error = generate(result.shape, (i) => (terms(i) <= most && data[i] < Number.POSITIVE_INFINITY ? 0 : data[i]));
  return { ...result, error };
};
