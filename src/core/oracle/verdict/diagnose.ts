import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import type { Program } from '../../language/ops.ts';
import { type Shape, strides } from '../../tensor/shape.ts';
import type { Bounded } from '../bound/bounded.ts';
import { operationNamed, taskOf } from '../request/operation-table.ts';
import { programOf, type Task } from '../request/task.ts';
import { type Element, judgeOutputs } from './compare.ts';
import { boundsOf } from './judge-program.ts';
import { layerwise } from './layerwise.ts';
import { MUTANTS, plant } from './mutants.ts';

/** A request that an implementation got wrong. */
export interface Failing {
  readonly op: string;
  readonly attrs: unknown;
  /** The tensors of the request, before anything was made of them. */
  readonly given: Tensors;
  readonly task: Task;
  readonly got: Tensors;
  /** The element that is most wrong. */
  readonly worst: Element;
  /** In a model: the first step that fails; the steps before it are right. */
  readonly step?: string;
}

/** What somebody may have done instead. */
interface Suspect {
  readonly name: string;
  readonly program: (failing: Failing) => { readonly program: Program; readonly inputs: Tensors } | undefined;
}

const planted: readonly Suspect[] = MUTANTS.map((mutant) => ({
  name: mutant.name,
  program: ({ task }) => ({ program: programOf(task, { change: plant(mutant) }), inputs: task.inputs }),
}));

/** The same operation with another value of an attribute that has few: another variant, direction, reduction. */
const variants = (failures: readonly Failing[]): readonly Suspect[] => {
  const of = ({ op, attrs }: Failing) => operationNamed(op)?.alternatives(attrs) ?? [];
  const names = new Set(failures.flatMap((failing) => of(failing).map(({ name }) => name)));
  return [...names].map((name) => ({
    name,
    program: (failing) => {
      const other = of(failing).find((alternative) => alternative.name === name);
      const task = other === undefined ? E.left('') : taskOf(failing.op, other.attrs, failing.given);
      return E.isRight(task) ? { program: programOf(task.right), inputs: task.right.inputs } : undefined;
    },
  }));
};

/** The bound of one element. */
const boundAt = ({ error }: Bounded, index: Shape): number =>
  error.data[strides(error.shape).reduce((at, step, axis) => at + step * index[axis], 0)];

/**
 * How well a mistake explains a failure: not, when something disagrees with it beyond its own bound; vaguely, when that
 * bound is as large as what it has to explain; well, when it is small beside it.
 */
type Fit = 'no' | 'vague' | 'well';

const fitOf = (arithmetic: Arithmetic, suspect: Suspect, failing: Failing): Fit => {
  const wrong = suspect.program(failing);
  if (wrong === undefined) return 'no';
  const { worst, got, step } = failing;
  const graded = (agrees: boolean, want: Bounded | undefined): Fit => {
    if (!agrees || want === undefined) return 'no';
    return boundAt(want, worst.index) < Math.abs(worst.got - worst.want) / 2 ? 'well' : 'vague';
  };
  if (step === undefined) {
    const want = boundsOf(arithmetic, wrong.program, wrong.inputs);
    return graded(judgeOutputs(got, want).failed === 0, want[worst.output]);
  }
  let last: Bounded | undefined;
  const see = (want: Bounded): void => {
    last = want;
  };
  const steps = layerwise(arithmetic, wrong.program, wrong.inputs, got, { name: step, see });
  return graded(
    steps.every(({ comparison }) => comparison.failed === 0),
    last,
  );
};

/**
 * The names of the known mistakes that agree with all of these failures and explain at least one of them well.
 *
 * @example
 * const given = { x: tensor([1], [-1]) };
 * const got = { y: tensor([1], [-0.15880800939172324]) };
 * const worst = { output: 'y', index: [0], got: got.y.data[0], want: -0.15865525393145707, bound: 3e-7, ratio: 500 };
 * E.map((task) => diagnose(FLOAT32, [{ op: 'gelu', attrs: {}, given, task, got, worst }]))(taskOf('gelu', {}, given)) // right(['tanh-gelu'])
 */
export const diagnose = (arithmetic: Arithmetic, failures: readonly Failing[]): readonly string[] => {
  if (failures.length === 0) return [];
  const explains = (suspect: Suspect): boolean => {
    let well = false;
    for (const failing of failures) {
      const found = fitOf(arithmetic, suspect, failing);
      if (found === 'no') return false;
      well ||= found === 'well';
    }
    return well;
  };
  return [...planted, ...variants(failures)].filter(explains).map(({ name }) => name);
};
