import * as E from 'fp-ts/lib/Either.js';
import type { Engine, Tensors } from '../core/engine.ts';
import { CASE_OPERATIONS, casesOf } from '../core/oracle/cases.ts';
import { diagnose, type Failing } from '../core/oracle/diagnose.ts';
import { follow, judged, type Step } from '../core/oracle/follow.ts';
import { programOf } from '../core/oracle/job.ts';
import { both, type Comparison, NOTHING } from '../core/oracle/judge.ts';
import type { Mutant } from '../core/oracle/mutants.ts';
import { OPERATION_NAMES } from '../core/oracle/operations.ts';
import type { Recipe } from '../core/oracle/recipe.ts';
import { type Case, type CaseRunner, caseOf, caseRunner, failingOf } from './case.ts';
import { type OperationReport, verdictOf } from './verdict.ts';

/** What to check an engine on. */
export interface CheckOptions {
  readonly engine: Engine;
  /** Operations by name, gradients as `X.vjp`. @defaultValue all that cases exist for */
  readonly ops?: readonly string[];
  /** Cases of each operation. */
  readonly cases: number;
  readonly seed: number;
  /** A mistake to plant in the engine: the check must find it. */
  readonly plant?: Mutant;
  readonly progress?: (label: string, done: number) => void;
}

/** Operations that `check` has cases for, gradients included. */
export const CHECKED: readonly string[] = OPERATION_NAMES.filter((name) => CASE_OPERATIONS.includes(name.replace(/\.vjp$/, '')));

/** Failing cases that a diagnosis looks at: a few are enough, and each mutant is run on each. */
const DIAGNOSED = 4;

/** A failure of a case, at the first step that fails where the operation has steps: found by running it again with taps. */
const located = async (
  engine: Engine,
  runner: CaseRunner,
  one: Case,
  got: Tensors,
  comparison: Comparison,
  steps: readonly Step[],
): Promise<readonly Failing[]> => {
  const tapped = one.followed ? E.right(got) : await runner.run({ ...one, followed: true });
  const seen = E.isLeft(tapped) ? got : tapped.right;
  const followed = one.followed ? steps : follow(engine.arithmetic, programOf(one.job), one.job.inputs, seen);
  const culprit = followed.find((step) => step.comparison.failed > 0);
  return culprit === undefined || followed.every((step) => step.output)
    ? failingOf(one, got, comparison)
    : failingOf(one, seen, culprit.comparison, culprit.name);
};

/**
 * One operation: every case run by the engine and held against the proved bound.
 *
 * @example
 * checkOperation({ engine: referenceEngine, cases: 4, seed: 1 }, 'gelu').then(({ verdict }) => verdict) // 'pass'
 */
export const checkOperation = async ({ engine, cases, seed, plant: mutant }: CheckOptions, op: string): Promise<OperationReport> => {
  const started = performance.now();
  const runner = caseRunner(engine, mutant);
  let total = NOTHING;
  let worstCase: Recipe | undefined;
  let problem: string | undefined;
  const failures: Failing[] = [];
  const recipes = casesOf(op, cases, seed);
  for (const recipe of recipes) {
    const made = caseOf(recipe);
    if (E.isLeft(made)) throw new Error(`the oracle's own case cannot be made: ${made.left}`);
    const got = await runner.run(made.right);
    if (E.isLeft(got)) {
      problem = got.left;
      break;
    }
    const { job, followed } = made.right;
    const program = programOf(job);
    const steps = followed ? follow(engine.arithmetic, program, job.inputs, got.right) : [];
    const comparison = followed
      ? steps.map((step) => step.comparison).reduce(both, NOTHING)
      : judged(engine.arithmetic, program, job.inputs, got.right);
    if (comparison.failed > 0 && failures.length < DIAGNOSED)
      failures.push(...(await located(engine, runner, made.right, got.right, comparison, steps)));
    const before = total.worst;
    total = both(total, comparison);
    if (total.worst !== before) worstCase = recipe;
  }
  total = both(total, runner.untouched());
  runner.dispose();
  const matches = problem === undefined ? diagnose(engine.arithmetic, failures) : [];
  const divergence = failures.find((failing) => failing.step !== undefined)?.step;
  return {
    type: 'operation',
    op,
    cases: recipes.length,
    ...total,
    verdict: verdictOf(total, problem),
    ...(problem === undefined ? {} : { problem }),
    ...(worstCase === undefined ? {} : { recipe: worstCase }),
    ...(divergence === undefined ? {} : { divergence }),
    matches,
    engine: runner.describe(),
    milliseconds: Math.round(performance.now() - started),
  };
};

/**
 * Every operation in turn, each reported when it is done.
 *
 * @example
 * const reports = checkOperations({ engine: referenceEngine, cases: 2, seed: 1, ops: ['gelu', 'softmax'] });
 * reports.next().then(({ value }) => value.op) // 'gelu'
 */
export async function* checkOperations(options: CheckOptions): AsyncGenerator<OperationReport> {
  const ops = options.ops ?? CHECKED;
  for (const [i, op] of ops.entries()) {
    options.progress?.(`checking ${op}`, i / ops.length);
    yield await checkOperation(options, op);
  }
}
