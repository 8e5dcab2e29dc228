import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { reference } from '../../core/interpret/reference.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { drawCase, drawUpstream } from '../../core/oracle/case/draw-case.ts';
import type { Failing } from '../../core/oracle/mistake/diagnose.ts';
import { taskOf } from '../../core/oracle/request/operation-table.ts';
import { programOf, type Task } from '../../core/oracle/request/task.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';

/** A case as it is run. `judgeProgram(arithmetic, programOf(task), task.inputs, outputs)` judges what somebody makes of it. */
export interface Case {
  readonly spec: CaseSpec;
  /** The tensors of the request, as the table of operations names them. */
  readonly given: Tensors;
  /** What is computed, and from what: labels, for one, are a distribution by then. */
  readonly task: Task;
  /** Whether it is judged step by step: a bound of the whole would say little. */
  readonly followed: boolean;
}

/** Operations so deep that a bound of the whole would say little: they are followed step by step. */
const FOLLOWED = new Set(['block.vjp', 'mhsa.vjp', 'forward', 'loss_gradient']);

/**
 * The case of a spec: its tensors drawn, an upstream gradient among them where it asks for gradients.
 *
 * @returns `Left` with one sentence when the spec does not fit its operation.
 * @example
 * const [spec] = casesOf('linear.vjp', 1, 1);
 * E.map(({ given }) => Object.keys(given))(caseOf(spec)) // right(['x', 'w', 'b', 'dy'])
 */
export const caseOf = (spec: CaseSpec): E.Either<string, Case> =>
  E.chain((drawn: Tensors) => {
    const base = spec.op.replace(/\.vjp$/, '');
    const given = E.chain((task: Task): E.Either<string, Tensors> => {
      if (base === spec.op) return E.right(drawn);
      const y: Tensor = programOf(task)(reference, task.inputs).y;
      return E.right(y.shape.length === 0 ? drawn : { ...drawn, dy: drawUpstream(spec, y.shape) });
    })(taskOf(base, spec.attrs, drawn));
    return E.chain((tensors: Tensors) =>
      E.map((task: Task): Case => ({ spec, given: tensors, task, followed: FOLLOWED.has(spec.op) }))(taskOf(spec.op, spec.attrs, tensors)),
    )(given);
  })(drawCase(spec));

/** What a diagnosis is told of a case that failed by its values: each step against its bound, and which activation is the culprit where there are any. */
export const failingOf = ({ spec, given, task }: Case, got: Tensors, steps: readonly StepVerdict[]): readonly Failing[] => {
  const culprit = steps.find(({ comparison }) => comparison.failed > 0);
  if (!steps.some(({ comparison: { failure } }) => failure === 'value' || failure === 'nan')) return [];
  const followed = culprit !== undefined && !steps.every(({ output }) => output);
  return [{ op: spec.op, attrs: spec.attrs, given, task, got, steps, ...(followed ? { step: culprit.name } : {}) }];
};
