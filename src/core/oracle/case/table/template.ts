import type { Lengths } from '../../request/axes.ts';
import type { CaseFamily, CaseSpec } from '../case-spec.ts';

/** A case before numbers are drawn: sizes, attributes, optional inputs, and which kind of numbers. */
export interface Template extends Omit<Partial<CaseSpec>, 'op' | 'seed'> {
  readonly dims: Lengths;
}

/**
 * How many indices along each axis are judged of a large case, as `CaseSpec.sample`: in a matrix some fifty numbers, and a row or a column that is wrong is
 * among them unless it is one of few.
 */
export const SAMPLE = 7;

/** 2⁻⁴⁰: a number whose squares and products float32 still has all bits of. */
export const SMALL = 9.094947017729282e-13;
/** 2⁴⁰: a number whose squares and products do not overflow in float32. */
export const LARGE = 1_099_511_627_776;

/** Rows of any axes in front, all of one length. */
export const rows = (
  lead: readonly number[],
  letter: string,
  length: number,
  family: CaseFamily,
  more: Partial<Template> = {},
): Template => ({
  ...more,
  dims: { '…': lead, [letter]: length },
  family,
});
