import type { Arithmetic } from '../../core/engine/arithmetic.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { exactIn } from '../../core/oracle/case/exact.ts';
import type { Judging } from '../../core/oracle/verdict/judge-case.ts';

/**
 * How the answer to a case is judged: to the last bit where it is exact, by a sample where it is large.
 *
 * @example
 * judgingOf(casesOf('linear', 4, 1)[3], FLOAT32) // { exact: true }
 */
export const judgingOf = (spec: CaseSpec, arithmetic: Arithmetic): Judging => ({
  exact: exactIn(spec, arithmetic),
  ...(spec.sample === undefined ? {} : { sample: { along: spec.sample, seed: spec.seed } }),
});
