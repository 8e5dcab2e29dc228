import { showShape } from '../../tensor/shape.ts';
import type { Comparison } from './compare.ts';
import { type Deviating, LAMBDA, type Statistics } from './statistics.ts';

/**
 * What both tiers say, B the proved bound and S = λσ:
 *
 * - `pass`: every |error| ≤ min(B, S); or ≤ S, where no B says anything;
 * - `acceptable`: S < |error| ≤ B somewhere, and what was declared explains it;
 * - `suspect`: S < |error| ≤ B somewhere, and nothing explains it;
 * - `fail`: |error| > B somewhere; or > S, where no B says anything: calibrated, not proved;
 * - `none`: there was nothing to judge.
 */
export type TwoTierVerdict = 'pass' | 'acceptable' | 'suspect' | 'fail' | 'none';

/** A verdict, and what it rests on in a few words. */
export interface Judgement {
  readonly verdict: TwoTierVerdict;
  /** Empty where the proved bounds have said all there is to say. */
  readonly says: string;
}

const place = ({ output, index, z, got, want }: Deviating): string =>
  `${output}${showShape(index)} is ${got}, ${z.toPrecision(3)}σ from ${want}`;

/**
 * The proved tier and the calibrated one together.
 *
 * @param explained a profile or an algorithm that was declared and errs so, as `TF32 products` or `one-pass variance`
 * @example
 * const proved = { compared: 4, vague: 0, unproved: 0, failed: 0 };
 * const likely = { compared: 4, beyond: 1, failed: 0, alone: 0 };
 * judgeBoth(proved, likely).verdict // 'suspect'
 * judgeBoth(proved, likely, 'TF32 products').says // 'acceptable (TF32 products)'
 * judgeBoth({ ...proved, unproved: 4, compared: 0 }, { ...likely, beyond: 0, alone: 4 }).says // 'pass (second tier)'
 */
export const judgeBoth = (proved: Comparison, likely: Statistics, explained?: string): Judgement => {
  const { worst } = likely;
  if (proved.failed > 0) return { verdict: 'fail', says: '' };
  if (likely.failed > 0) {
    const where = worst === undefined ? '' : `: ${place(worst)}`;
    return { verdict: 'fail', says: `beyond ${LAMBDA}σ, calibrated, not proved${where}` };
  }
  if (likely.beyond > 0) {
    if (explained !== undefined) return { verdict: 'acceptable', says: `acceptable (${explained})` };
    const where = worst === undefined ? '' : ` (${place(worst)})`;
    return { verdict: 'suspect', says: `within what is proved, but beyond ${LAMBDA}σ${where}` };
  }
  if (proved.compared === 0 && likely.compared === 0) return { verdict: 'none', says: '' };
  return { verdict: 'pass', says: likely.alone > 0 ? 'pass (second tier)' : '' };
};
