import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { reference } from '../../interpret/reference.ts';
import { ofAnyNames, type ProgramOn } from '../../language/program-types.ts';
import { mapRecord } from '../../params/map-record.ts';
import { sameShape, size } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Bounded } from '../bound/bounded.ts';
import { bounded, exact, stored } from '../bound/interpreter.ts';
import { type Comparison, judgeOutputs } from './compare.ts';

/** One activation, against what the reference makes of the ones before it. */
export interface StepVerdict {
  readonly name: string;
  readonly comparison: Comparison;
  /** Whether it is a result of the program rather than something on the way. */
  readonly output: boolean;
}

const usable = (t: Tensor, like: Bounded): boolean => {
  if (!sameShape(t.shape, like.shape) || t.data.length !== size(t.shape)) return false;
  for (let i = 0; i < t.data.length; i++) if (!Number.isFinite(t.data[i])) return false;
  return true;
};

/**
 * A whole model step by step: at each tag the reference computes from the *implementation's own* earlier activations, so
 * that errors never add up and every step has a bound of its own. The first step that fails is the culprit.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.scale(0.5, o.tag('half', o.scale(0.5, x))) });
 * const steps = layerwise(FLOAT32, program, { x: tensor([1], [8]) }, { half: tensor([1], [5]), y: tensor([1], [2.5]) });
 * steps.map(({ name, comparison }) => [name, comparison.failed]) // [['half', 1], ['y', 0]]
 */
export const layerwise = <S extends Tensors, R>(
  arithmetic: Arithmetic,
  program: ProgramOn<S, R>,
  inputs: S,
  got: Tensors,
): readonly StepVerdict[] => {
  const steps: StepVerdict[] = [];
  const seen = new Set<string>();
  const step = (name: string, want: Bounded, output: boolean): void => {
    seen.add(name);
    steps.push({ name, output, comparison: judgeOutputs(got, { [name]: want }) });
  };
  const onTag = (name: string, want: Bounded): Bounded => {
    if (!Object.hasOwn(got, name)) return want;
    step(name, want, false);
    return usable(got[name], want) ? exact(got[name]) : exact(want.value);
  };
  const outputs = ofAnyNames(program)(
    bounded(arithmetic, reference, onTag),
    mapRecord((t) => stored(arithmetic, t), inputs),
  );
  for (const [name, want] of Object.entries(outputs)) if (!seen.has(name)) step(name, want, true);
  return steps;
};
