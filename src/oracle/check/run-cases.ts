import * as E from 'fp-ts/lib/Either.js';
import type { Algorithm } from '../../core/engine/arithmetic.ts';
import type { Tensors } from '../../core/engine/engine.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { casesOf } from '../../core/oracle/case/cases.ts';
import { shuffled } from '../../core/oracle/case/noise.ts';
import { diagnose, type Failing } from '../../core/oracle/mistake/diagnose.ts';
import { programOf } from '../../core/oracle/request/task.ts';
import { both, NOTHING } from '../../core/oracle/verdict/compare.ts';
import { judgeCase } from '../../core/oracle/verdict/judge-case.ts';
import { judgeSpecial } from '../../core/oracle/verdict/special.ts';
import { judgedShare, type OperationReport, verdictOf } from '../report/records.ts';
import { type Case, caseOf, failingOf } from '../runner/case.ts';
import { digest } from '../runner/digest.ts';
import type { CaseRunner } from '../runner/runner.ts';

/** Failing cases that a diagnosis looks at: a few are enough, and each mistake is run on each. */
const DIAGNOSED = 4;

/** Numbers of a small case, given and returned: it costs nothing to ask it again. */
const SMALL = 16_384;
/** How often a small case is asked in all; a large one comes twice. */
const ASKED = 8;
/** Operations whose reference multiplies by zeros, where others leave out what does not count: NaN comes out of it in more places. */
const DENSE: ReadonlySet<string> = new Set(['pos_interp', 'pos_interp.vjp']);
/** Where inputs are changed by one number: whoever remembers answers by the first or last numbers, or by every few of them, gives the old answer. */
const NUDGES = [0.41, 0.83];

const numbers = (tensors: Tensors): number => Object.values(tensors).reduce((n, { data }) => n + data.length, 0);

/** The case of one of the oracle's own specs. */
const made = (runner: CaseRunner, spec: CaseSpec): Case => {
  const one = caseOf(spec, runner.arithmetic);
  if (E.isLeft(one)) throw new Error(`the oracle's own case cannot be made: ${one.left}`);
  return one.right;
};

/**
 * One operation: every case run by a runner and held against the proved bound, unless it is refused for a reason. The cases come in an order of their own,
 * each once more, later and in another order, small ones many times, and some with one number changed: whoever remembers an earlier answer, or counts, shows it.
 */
export const runCases = async (
  runner: CaseRunner,
  op: string,
  { cases, seed }: { readonly cases: number; readonly seed: number },
  refusal: string | undefined,
): Promise<OperationReport> => {
  const started = performance.now();
  const { arithmetic } = runner;
  const specs = refusal === undefined ? casesOf(op, cases, seed) : [];
  const failures: Failing[] = [];
  const algorithms = new Set<Algorithm>();
  const answers = new Map<CaseSpec, string>();
  const small: CaseSpec[] = [];
  let total = NOTHING;
  let worstCase: CaseSpec | undefined;
  let problem = refusal;
  const unsteady = new Set<CaseSpec>();

  const judge = (one: Case, got: Tensors): void => {
    const { task, spec } = one;
    if (spec.nan !== undefined) {
      total = both(total, judgeSpecial(programOf(task), task.inputs, got));
      return;
    }
    const { steps, comparison, algorithms: needed } = judgeCase(arithmetic, programOf(task), task.inputs, got);
    for (const algorithm of needed) algorithms.add(algorithm);
    if (comparison.failed > 0 && failures.length < DIAGNOSED) failures.push(...failingOf(one, got, steps));
    const before = total.worst;
    total = both(total, comparison);
    if (total.worst !== before) worstCase = spec;
  };
  /** Runs each case, until one gives up. */
  const round = async (order: readonly CaseSpec[], take: (one: Case, got: Tensors) => void): Promise<void> => {
    for (const spec of order) {
      if (problem !== undefined) return;
      const one = made(runner, spec);
      const got = await runner.run(one);
      if (E.isLeft(got)) problem = got.left;
      else take(one, got.right);
    }
  };
  await round(shuffled('first', seed, specs), (one, got) => {
    answers.set(one.spec, digest(got));
    if (numbers(one.given) + numbers(got) <= SMALL) small.push(one.spec);
    judge(one, got);
  });
  for (let time = 1; time < ASKED; time++)
    await round(shuffled(`again/${time}`, seed, time === 1 ? specs : small), (one, got) => {
      if (digest(got) === answers.get(one.spec) || unsteady.has(one.spec)) return;
      unsteady.add(one.spec);
      judge(one, got);
    });
  const nudges = small.slice(0, NUDGES.length).map((spec, i): CaseSpec => ({ ...spec, nudge: NUDGES[i] }));
  const specials =
    arithmetic.propagatesNaN === false || DENSE.has(op) ? [] : small.slice(0, 1).map((spec): CaseSpec => ({ ...spec, nan: 0.3 }));
  await round([...nudges, ...specials], judge);

  if (unsteady.size > 0 && runner.deterministic) {
    const what = `the same inputs give other bits when they come again, in ${unsteady.size} of ${specs.length} cases`;
    total = both(total, { ...NOTHING, failed: 1, failure: 'unsteady', problem: what });
  }
  total = both(total, runner.untouched());
  runner.dispose();
  const matches = problem === undefined ? diagnose(arithmetic, failures) : [];
  const divergence = failures.find((failing) => failing.step !== undefined)?.step;
  const needed = [...algorithms];
  return {
    type: 'operation',
    op,
    cases: specs.length,
    seed,
    ...total,
    verdict: verdictOf(total, problem, needed),
    judged: judgedShare(total),
    ...(needed.length === 0 ? {} : { algorithms: needed }),
    ...(unsteady.size === 0 ? {} : { unsteady: unsteady.size }),
    ...(problem === undefined ? {} : { problem }),
    ...(worstCase === undefined ? {} : { case: worstCase }),
    ...(divergence === undefined ? {} : { divergence }),
    matches,
    engine: runner.describe(),
    milliseconds: Math.round(performance.now() - started),
  };
};
