import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../core/engine/engine.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { casesOf } from '../../core/oracle/case/cases.ts';
import { diagnose, type Failing } from '../../core/oracle/mistake/diagnose.ts';
import { programOf } from '../../core/oracle/request/task.ts';
import { both, NOTHING } from '../../core/oracle/verdict/compare.ts';
import { judgeProgram } from '../../core/oracle/verdict/judge-program.ts';
import { layerwise, type StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import { type OperationReport, verdictOf } from '../report/records.ts';
import { type Case, caseOf, failingOf } from '../runner/case.ts';
import type { CaseRunner } from '../runner/runner.ts';

/** Failing cases that a diagnosis looks at: a few are enough, and each mutant is run on each. */
const DIAGNOSED = 4;

/** A failure of a case, at the first step that fails where the operation has steps: found by running it again with taps. */
const located = async (runner: CaseRunner, one: Case, got: Tensors, steps: readonly StepVerdict[]): Promise<readonly Failing[]> => {
  const tapped = one.followed ? E.right(got) : await runner.run({ ...one, followed: true });
  const seen = E.isLeft(tapped) ? got : tapped.right;
  const followed = one.followed ? steps : layerwise(runner.arithmetic, programOf(one.task), one.task.inputs, seen);
  return failingOf(one, followed.every((step) => step.output) ? got : seen, followed);
};

/** One operation: every case run by a runner and held against the proved bound, unless it is refused for a reason. */
export const runCases = async (
  runner: CaseRunner,
  op: string,
  { cases, seed }: { readonly cases: number; readonly seed: number },
  refusal: string | undefined,
): Promise<OperationReport> => {
  const started = performance.now();
  const { arithmetic } = runner;
  let total = NOTHING;
  let worstCase: CaseSpec | undefined;
  let problem = refusal;
  const failures: Failing[] = [];
  const specs = problem === undefined ? casesOf(op, cases, seed) : [];
  for (const spec of specs) {
    const made = caseOf(spec);
    if (E.isLeft(made)) throw new Error(`the oracle's own case cannot be made: ${made.left}`);
    const got = await runner.run(made.right);
    if (E.isLeft(got)) {
      problem = got.left;
      break;
    }
    const { task, followed } = made.right;
    const program = programOf(task);
    const steps = followed ? layerwise(arithmetic, program, task.inputs, got.right) : [];
    const comparison = followed
      ? steps.map((step) => step.comparison).reduce(both, NOTHING)
      : judgeProgram(arithmetic, program, task.inputs, got.right);
    if (comparison.failed > 0 && failures.length < DIAGNOSED) failures.push(...(await located(runner, made.right, got.right, steps)));
    const before = total.worst;
    total = both(total, comparison);
    if (total.worst !== before) worstCase = spec;
  }
  total = both(total, runner.untouched());
  runner.dispose();
  const matches = problem === undefined ? diagnose(arithmetic, failures) : [];
  const divergence = failures.find((failing) => failing.step !== undefined)?.step;
  return {
    type: 'operation',
    op,
    cases: specs.length,
    ...total,
    verdict: verdictOf(total, problem),
    ...(problem === undefined ? {} : { problem }),
    ...(worstCase === undefined ? {} : { case: worstCase }),
    ...(divergence === undefined ? {} : { divergence }),
    matches,
    engine: runner.describe(),
    milliseconds: Math.round(performance.now() - started),
  };
};
