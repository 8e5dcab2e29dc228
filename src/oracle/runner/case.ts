import * as E from 'fp-ts/lib/Either.js';
import { type Arithmetic, FLOAT32 } from '../../core/engine/arithmetic.ts';
import type { Tensors } from '../../core/engine/engine.ts';
import { shape, sketch } from '../../core/interpret/shape.ts';
import { roundedTo } from '../../core/oracle/bound/interpreter.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { drawCase, drawUpstream } from '../../core/oracle/case/draw-case.ts';
import { nudged, withNaN } from '../../core/oracle/case/nudged.ts';
import type { Failing } from '../../core/oracle/mistake/diagnose.ts';
import type { Input } from '../../core/oracle/request/operation.ts';
import { operationNamed, taskOf } from '../../core/oracle/request/operation-table.ts';
import { programOf, type Task } from '../../core/oracle/request/task.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import { mapRecord } from '../../core/params/map-record.ts';

/** A case as it is run. `judgeProgram(arithmetic, programOf(task), task.inputs, outputs)` judges what somebody makes of it. */
export interface Case {
  readonly spec: CaseSpec;
  /** The tensors of the request, as the table of operations names them. */
  readonly given: Tensors;
  /** What is computed, and from what: labels, for one, are a distribution by then. */
  readonly task: Task;
  /** Whether an engine is asked for its activations too. Those that somebody gives are always judged. */
  readonly followed: boolean;
}

/** Operations of several steps: a bound of the whole would say less than one of each, and nothing of a deep one. */
const FOLLOWED = new Set(['mhsa', 'mlp', 'block', 'forward', 'loss_gradient']);

/** Inputs that are no measurements: classes, bytes, and shares that must sum to 1. */
const COUNTED: ReadonlySet<string> = new Set(['labels', 'bytes', 'distribution']);

/** The names of inputs that are measurements. */
const measured = ({ op, attrs }: CaseSpec, given: Tensors): readonly string[] => {
  const kinds = E.getOrElse((): readonly Input[] => [])(operationNamed(op)?.inputs(attrs) ?? E.right([]));
  const counted = new Set(kinds.filter(({ kind }) => COUNTED.has(kind)).map(({ name }) => name));
  return Object.keys(given).filter((name) => !counted.has(name));
};

/** Inputs as somebody who computes so stores them, so that nobody is charged for storing them. Cases are drawn as float32 holds them. */
const asStored = (arithmetic: Arithmetic, spec: CaseSpec, given: Tensors): Tensors => {
  const u = Math.max(arithmetic.u, arithmetic.storage ?? 0);
  if (u <= FLOAT32.u) return given;
  const names = new Set(measured(spec, given));
  return Object.fromEntries(Object.entries(given).map(([name, t]) => [name, names.has(name) ? roundedTo(u, t) : t]));
};

/**
 * The case of a spec: its tensors drawn, an upstream gradient among them where it asks for gradients. Nothing is computed by it.
 *
 * @param arithmetic how whoever gets it computes: inputs are rounded to what they store.
 * @returns `Left` with one sentence when the spec does not fit its operation.
 * @example
 * const [spec] = casesOf('linear.vjp', 1, 1);
 * E.map(({ given }) => Object.keys(given))(caseOf(spec)) // right(['x', 'w', 'b', 'dy'])
 */
export const caseOf = (spec: CaseSpec, arithmetic: Arithmetic = FLOAT32): E.Either<string, Case> =>
  E.chain((drawn: Tensors) => {
    const base = spec.op.replace(/\.vjp$/, '');
    const given = E.chain((task: Task): E.Either<string, Tensors> => {
      if (base === spec.op) return E.right(drawn);
      const { y } = programOf(task)(
        shape,
        mapRecord((t) => sketch(t.shape), task.inputs),
      );
      return E.right(y.shape.length === 0 ? drawn : { ...drawn, dy: drawUpstream(spec, y.shape) });
    })(taskOf(base, spec.attrs, drawn));
    return E.chain((tensors: Tensors) => {
      const names = measured(spec, tensors);
      const changed = spec.nudge === undefined ? tensors : nudged(spec.nudge, tensors, names);
      const special = spec.nan === undefined ? changed : withNaN(spec.nan, changed, names.slice(0, 1));
      const stored = asStored(arithmetic, spec, special);
      return E.map((task: Task): Case => ({ spec, given: stored, task, followed: FOLLOWED.has(base) }))(
        taskOf(spec.op, spec.attrs, stored),
      );
    })(given);
  })(drawCase(spec));

/** What a diagnosis is told of a case that failed by its values: each step against its bound, and which activation is the culprit where there are any. */
export const failingOf = ({ spec, given, task }: Case, got: Tensors, steps: readonly StepVerdict[]): readonly Failing[] => {
  const culprit = steps.find(({ comparison }) => comparison.failed > 0);
  if (!steps.some(({ comparison: { failure } }) => failure === 'value' || failure === 'nan')) return [];
  const followed = culprit !== undefined && !steps.every(({ output }) => output);
  return [{ op: spec.op, attrs: spec.attrs, given, task, got, steps, ...(followed ? { step: culprit.name } : {}) }];
};
