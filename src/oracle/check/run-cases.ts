import type { Algorithm } from '../../core/engine/arithmetic.ts';
import type { Tensors } from '../../core/engine/engine.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { casesOf, defaultCount } from '../../core/oracle/case/cases.ts';
import { diagnose } from '../../core/oracle/mistake/diagnose.ts';
import { likelyWay } from '../../core/oracle/mistake/ways.ts';
import { corpusOf } from '../../core/oracle/replay/corpus.ts';
import { both, type Comparison, NOTHING } from '../../core/oracle/verdict/compare.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import { bothStatistics, NO_STATISTICS } from '../../core/oracle/verdict/statistics.ts';
import { judgedShare, type OperationReport, type Smallest, verdictOf } from '../report/records.ts';
import { type Case, failingOf } from '../runner/case.ts';
import type { CaseRunner } from '../runner/runner.ts';
import { askCases, numbers } from './ask-cases.ts';
import { judgeAnswer, likelihoodOf } from './judging.ts';
import { shrinkFailure } from './shrink-failure.ts';

/** Which cases to run. */
export interface CaseChoice {
  /** @defaultValue as many as show every known mistake */
  readonly cases?: number;
  readonly seed: number;
  /** How many milliseconds to look for the smallest case that fails. @defaultValue 0 */
  readonly shrink?: number;
}

/** An answer that failed. */
interface Failure {
  readonly one: Case;
  readonly failure: Smallest['failure'];
  readonly got: Tensors;
  readonly steps: readonly StepVerdict[];
}
const sizeOf = ({ one, got }: Failure): number => numbers(one.given) + numbers(got);

/**
 * Failing cases that a diagnosis looks at, out of all from the smallest on: the two smallest, and the first two of the operation's own, which are ordinary and tell
 * axes apart. A few are enough, and each mistake is run on each.
 */
const diagnosed = (failures: readonly Failure[], specs: readonly CaseSpec[]): readonly Failure[] => {
  const fit = failures.filter((each) => each.one.spec.sample === undefined && sizeOf(each) <= LARGE);
  if (fit.length === 0) return failures.slice(0, 2);
  const place = ({ one }: Failure): number => specs.indexOf(one.spec);
  const own = fit.filter((each) => place(each) >= 0).sort((a, b) => place(a) - place(b));
  return [...new Set([...fit.slice(0, 2), ...own.slice(0, 2)])];
};
/** Numbers of a case, given and returned, beyond which a diagnosis would take longer than the check. */
const LARGE = 8192;

/** One operation: cases that were found before, then its own, run by a runner and held against the proved bound, unless it is refused for a reason. */
export const runCases = async (
  runner: CaseRunner,
  op: string,
  { cases = defaultCount(op), seed, shrink = 0 }: CaseChoice,
  refusal: string | undefined,
): Promise<OperationReport> => {
  const started = performance.now();
  const { arithmetic } = runner;
  const specs = refusal === undefined ? casesOf(op, cases, seed) : [];
  const found = refusal === undefined ? corpusOf(op).map(({ spec }) => spec) : [];
  const failures: Failure[] = [];
  const algorithms = new Set<Algorithm>();
  let [total, likely] = [NOTHING, NO_STATISTICS];
  let worstCase: CaseSpec | undefined;

  const take = (one: Case, got: Tensors): void => {
    const { steps, comparison, algorithms: needed } = judgeAnswer(arithmetic, one, got);
    for (const algorithm of needed) algorithms.add(algorithm);
    if (comparison.failure !== undefined) failures.push({ one, failure: comparison.failure, got, steps });
    else likely = bothStatistics(likely, likelihoodOf(arithmetic, one, got));
    const before = total.worst;
    total = both(total, comparison);
    if (total.worst !== before) worstCase = one.spec;
  };
  const { gaveUp, unsteady } = await askCases(runner, found, specs, seed, take);
  const problem = refusal ?? gaveUp?.problem;

  const promised = (): Comparison => {
    if (unsteady === 0 || !runner.deterministic) return NOTHING;
    const what = `the same inputs give other bits when they come again, in ${unsteady} of ${found.length + specs.length} cases`;
    return { ...NOTHING, failed: 1, failure: 'unsteady', problem: what };
  };
  total = [promised(), runner.untouched()].reduce(both, total);
  failures.sort((a, b) => sizeOf(a) - sizeOf(b));
  const [first] = gaveUp === undefined ? failures : [{ one: gaveUp.one, failure: 'error' as const }];
  const smallest =
    first === undefined || shrink <= 0 ? undefined : await shrinkFailure(runner, first.one, first.failure, { milliseconds: shrink });
  runner.dispose();
  const failing = diagnosed(failures, specs).flatMap(({ one, got, steps }) => failingOf(one, got, steps));
  const matches = problem === undefined ? diagnose(arithmetic, failing) : [];
  // Who makes no known mistake may compute in a way that was not declared.
  const way = problem === undefined && matches.length === 0 ? likelyWay(arithmetic, failing) : undefined;
  const divergence = failing.find(({ step }) => step !== undefined)?.step;
  const needed = [...algorithms];
  return {
    type: 'operation',
    op,
    cases: specs.length,
    seed,
    ...total,
    verdict: verdictOf(total, problem, needed, likely),
    judged: judgedShare(total),
    ...(likely.worst === undefined ? {} : { likely: likely.worst, beyond: likely.beyond + likely.failed }),
    ...(needed.length === 0 ? {} : { algorithms: needed }),
    ...(unsteady === 0 ? {} : { unsteady }),
    ...(problem === undefined ? {} : { problem }),
    ...(worstCase === undefined ? {} : { case: worstCase }),
    ...(smallest === undefined ? {} : { smallest }),
    ...(divergence === undefined ? {} : { divergence }),
    matches,
    ...(way === undefined ? {} : { looksLike: way.name }),
    engine: runner.describe(),
    milliseconds: Math.round(performance.now() - started),
  };
};
