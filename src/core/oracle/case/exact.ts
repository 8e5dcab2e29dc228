import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { CaseSpec } from './case-spec.ts';

/**
 * Whether a case has one right answer in an arithmetic, to the last bit: its inputs, products, sums in any order and results are numbers of every format that
 * it uses. What gives another is wrong, and needs no bound to be told so. A case of which a number was changed is none.
 *
 * @example
 * const small = { op: 'linear', dims: {}, attrs: {}, family: 'whole', scale: 1, offset: 0, seed: 1, exact: 11 };
 * const bfloat16 = { ...FLOAT32, u: 0.00390625 };
 * [exactIn(small, FLOAT32), exactIn(small, bfloat16)] // [true, false]
 */
export const exactIn = ({ exact, nudge }: CaseSpec, { u, storage = u, products = u }: Arithmetic): boolean => {
  if (exact === undefined || nudge !== undefined) return false;
  let held = 1;
  for (let bit = 0; bit < exact; bit++) held /= 2;
  return Math.max(u, storage, products) <= held;
};
