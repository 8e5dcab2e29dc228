import type { Algorithm, Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { reference } from '../../interpret/reference.ts';
import type { Program } from '../../language/ops.ts';
import { exact } from '../bound/interpreter.ts';
import { both, type Comparison, judgeOutputs, NOTHING } from './compare.ts';
import { layerwise, type StepVerdict } from './layerwise.ts';
import { type Sample, sampledSteps } from './sampled.ts';

/** How an answer is judged, where that is not by every number and its bound. */
export interface Judging {
  /** There is one right answer, to the last bit. */
  readonly exact?: boolean;
  /** There is too much: a sample is judged. */
  readonly sample?: Sample;
}

/** What was found of the answer to one case. */
export interface CaseVerdict {
  /** Each activation that was given, and each output, against what the reference makes of the activations before it. */
  readonly steps: readonly StepVerdict[];
  /** All of them together. */
  readonly comparison: Comparison;
  /** Declared ways to compute without which it would fail. */
  readonly algorithms: readonly Algorithm[];
}

/** An output that is one number or another. */
const toTheBit = (program: Program, inputs: Tensors, got: Tensors): readonly StepVerdict[] =>
  Object.entries(program(reference, inputs)).map(([name, y]) => ({
    name,
    output: true,
    comparison: judgeOutputs(got, { [name]: exact(y) }),
  }));

const verdict = (arithmetic: Arithmetic, program: Program, inputs: Tensors, got: Tensors, how: Judging): CaseVerdict => {
  const steps =
    how.exact === true
      ? toTheBit(program, inputs, got)
      : how.sample === undefined
        ? layerwise(arithmetic, program, inputs, got)
        : sampledSteps(arithmetic, program, inputs, got, how.sample);
  return { steps, comparison: steps.map((step) => step.comparison).reduce(both, NOTHING), algorithms: arithmetic.algorithms ?? [] };
};

/**
 * The answer to one case: first as if it had been computed in the usual way, then, where it fails so, by each of the ways that are declared, and at last by
 * all of them.
 *
 * @param how `judgingOf(spec, arithmetic)`: by every number and its bound unless it says otherwise
 * @example
 * const half = (o, { x }) => ({ y: o.scale(0.5, x) });
 * judgeCase(FLOAT32, half, { x: tensor([2], [1, 2]) }, { y: tensor([2], [0.5, 1.1]) }).comparison.failed // 1
 */
export const judgeCase = (arithmetic: Arithmetic, program: Program, inputs: Tensors, got: Tensors, how: Judging = {}): CaseVerdict => {
  const { algorithms = [] } = arithmetic;
  const declared = [[], ...algorithms.map((one) => [one]), ...(algorithms.length > 1 ? [algorithms] : [])];
  let found: CaseVerdict | undefined;
  for (const ways of declared) {
    found = verdict({ ...arithmetic, algorithms: ways }, program, inputs, got, how);
    if (found.comparison.failed === 0) return found;
  }
  return { ...(found as CaseVerdict), algorithms: [] };
};
