import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic } from '../../core/engine/arithmetic.ts';
import type { Engine, Tensors } from '../../core/engine/engine.ts';
import { record } from '../../core/interpret/record.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { diagnose } from '../../core/oracle/mistake/diagnose.ts';
import type { Mutant } from '../../core/oracle/mistake/mistake.ts';
import { readCase } from '../../core/oracle/replay/read-case.ts';
import { programOf, type Task } from '../../core/oracle/request/task.ts';
import { both, NOTHING } from '../../core/oracle/verdict/compare.ts';
import type { CaseVerdict } from '../../core/oracle/verdict/judge-case.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import { size } from '../../core/tensor/shape.ts';
import { SizeError } from '../../core/tensor/tensor.ts';
import { judgedShare, type OperationReport, verdictOf } from '../report/records.ts';
import { type Case, caseOf, failingOf } from '../runner/case.ts';
import { engineRunner } from '../runner/engine.ts';
import { type Kernel, kernelRunner } from '../runner/kernel.ts';
import type { CaseRunner } from '../runner/runner.ts';
import { refused } from './check.ts';
import { judgeAnswer } from './judging.ts';

/** Who is to run a case again: an engine, or a kernel of the case's operation and how it computes. */
export type Replayed = Engine | { readonly kernel: Kernel; readonly arithmetic: Arithmetic };

/** What one case comes to, as an operation that has only this one. */
export interface ReplayReport extends OperationReport {
  /** The tensors of the request; none where there is no such case. */
  readonly inputs: Tensors;
  /** The steps on the way, where the operation has some and they are given. */
  readonly steps: readonly StepVerdict[];
}

/** Most numbers that a case may make on its way, attention scores included. */
const MOST = 268_435_456;

/** How many numbers a program makes on its way, found without making them. */
const numbersOn = (task: Task): number => {
  const shapes = Object.fromEntries(Object.entries(task.inputs).map(([name, { shape }]) => [name, shape]));
  const { instructions } = record(programOf(task), shapes);
  return instructions.reduce((sum, { op, shape, args }) => {
    const [, keys] = args.map((arg) => instructions[arg].shape);
    const scores = op === 'attention' ? (size(shape) / (shape.at(-1) ?? 1)) * (keys.at(-2) ?? 1) : 0;
    return sum + size(shape) + scores;
  }, 0);
};

/** The case of a spec, of which it is known that it fits into memory. */
const affordable = (spec: CaseSpec, arithmetic: Arithmetic): E.Either<string, Case> => {
  try {
    return E.chain((one: Case): E.Either<string, Case> => {
      const numbers = numbersOn(one.task);
      return numbers <= MOST ? E.right(one) : E.left(`${spec.op} would make ${numbers} numbers on its way, over the limit of ${MOST}`);
    })(caseOf(spec, arithmetic));
  } catch (thrown) {
    if (thrown instanceof SizeError) return E.left(thrown.message);
    throw thrown;
  }
};

const ran = async (runner: CaseRunner, one: Case): Promise<Omit<ReplayReport, 'milliseconds'>> => {
  const { spec } = one;
  const got = await runner.run(one);
  const { steps, comparison, algorithms }: CaseVerdict = E.isLeft(got)
    ? { steps: [], comparison: NOTHING, algorithms: [] }
    : judgeAnswer(runner.arithmetic, one, got.right);
  const total = both(comparison, runner.untouched());
  const problem = E.isLeft(got) ? got.left : undefined;
  const failures = E.isRight(got) && comparison.failed > 0 ? failingOf(one, got.right, steps) : [];
  const divergence = failures.find(({ step }) => step !== undefined)?.step;
  return {
    type: 'operation',
    op: spec.op,
    cases: 1,
    seed: spec.seed,
    ...total,
    verdict: verdictOf(total, problem, algorithms),
    judged: judgedShare(total),
    ...(algorithms.length === 0 ? {} : { algorithms }),
    ...(problem === undefined ? {} : { problem }),
    case: spec,
    ...(divergence === undefined ? {} : { divergence }),
    matches: diagnose(runner.arithmetic, failures),
    engine: runner.describe(),
    inputs: one.given,
    steps,
  };
};

/**
 * One case once more: run, held against its bounds, step by step where there are steps, and compared with the known mistakes.
 *
 * @param json the spec of a case, as reports have it; what is no case that can be run gets the verdict `error`, and `problem` says why
 * @param plant a mistake to plant in an engine
 * @example
 * const spec = { op: 'gelu', dims: { '…': [], N: 1 }, values: { x: [-2.5] } };
 * replayCase(referenceEngine, spec).then(({ verdict }) => verdict) // 'pass'
 */
export const replayCase = async (who: Replayed, json: unknown, plant?: Mutant): Promise<ReplayReport> => {
  const started = performance.now();
  const milliseconds = (): number => Math.round(performance.now() - started);
  const spec = readCase(json);
  const refusal = E.isLeft(spec) ? spec.left : refused(who.arithmetic, {}, spec.right.op);
  const made = refusal !== undefined || E.isLeft(spec) ? E.left(refusal ?? '') : affordable(spec.right, who.arithmetic);
  if (E.isLeft(made)) {
    const op = E.isLeft(spec) ? 'case' : spec.right.op;
    const nothing = {
      type: 'operation',
      op,
      cases: 0,
      seed: 0,
      ...NOTHING,
      judged: 0,
      matches: [],
      engine: '',
      inputs: {},
      steps: [],
    } as const;
    return { ...nothing, verdict: 'error', problem: made.left, milliseconds: milliseconds() };
  }
  const runner = 'kernel' in who ? kernelRunner(made.right.spec.op, who.kernel, who.arithmetic, true) : engineRunner(who, plant);
  try {
    return { ...(await ran(runner, made.right)), milliseconds: milliseconds() };
  } finally {
    runner.dispose();
  }
};
