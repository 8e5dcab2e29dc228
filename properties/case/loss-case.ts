import fc from 'fast-check';
import type { Ops } from '../../src/core/language/ops.ts';
import type { crossEntropy, smoothed } from '../../src/core/loss/cross-entropy.ts';
import { type hardDistillation, type softDistillation, teacherDecisions } from '../../src/core/loss/distillation.ts';
import type { kl } from '../../src/core/loss/kl.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import type { Tensors } from '../implementation.ts';
import { equation, type Law } from '../law/law.ts';
import { drawnLengths, drawTensor, type TensorFamily, type TensorSpec, tensorSpecs } from '../tensor-spec.ts';

/** The losses of DeiT as text: the same functions for every interpreter. */
export interface Losses {
  readonly crossEntropy: typeof crossEntropy;
  readonly smoothed: typeof smoothed;
  readonly kl: typeof kl;
  readonly softDistillation: typeof softDistillation;
  readonly hardDistillation: typeof hardDistillation;
  readonly teacherDecisions: typeof teacherDecisions;
}

/** Logits of two heads and of a teacher, labels, and what a loss is told, for `batch` images and `classes` classes. */
export interface LossCase {
  readonly cls: TensorSpec;
  readonly dist: TensorSpec;
  readonly teacher: TensorSpec;
  /** Rows of it choose the labels: the largest logit. */
  readonly labels: TensorSpec;
  readonly tau: number;
  readonly lambda: number;
  readonly alpha: number;
  /** The mass that smoothing moves. */
  readonly eps: number;
}
const LOGITS: readonly TensorFamily[] = ['plain', 'full', 'integers', 'peaked', 'offset'];
const GRID: readonly TensorFamily[] = ['plain', 'integers', 'peaked', 'offset'];
const WEIGHTS = fc.constantFrom(0.25, 0.1, 0.5, 0.9);
const cases = (families: readonly TensorFamily[] = LOGITS): fc.Arbitrary<LossCase> =>
  drawnLengths(2, { min: 2, max: 9 }).chain((shape) => {
    const logits = tensorSpecs(shape, families);
    return fc.record({
      cls: logits,
      dist: logits,
      teacher: logits,
      labels: tensorSpecs(shape, ['full']),
      tau: fc.constantFrom(3, 1, 0.5, 4, 20),
      lambda: WEIGHTS,
      alpha: WEIGHTS,
      eps: fc.constantFrom(0.1, 0.3, 0.01),
    });
  });

const tensors = (losses: Losses, c: LossCase): Tensors => {
  const teacher = drawTensor(c.teacher);
  const target = teacherDecisions(drawTensor(c.labels));
  return {
    cls: drawTensor(c.cls),
    dist: drawTensor(c.dist),
    teacher,
    target,
    chosen: losses.teacherDecisions(teacher),
    smooth: losses.smoothed(c.eps, 'timm', target),
    literal: losses.smoothed(c.eps, 'paper', target),
  };
};

/** One side of a law: a program that knows the numbers of its case. */
type Text = <T extends Shaped>(o: Ops<T>, inputs: Readonly<Record<string, T>>, c: LossCase) => Readonly<Record<string, T>>;

/** A law between two texts on random logits. */
export const lossLaw = (
  losses: Losses,
  name: string,
  statement: string,
  left: Text,
  right: Text,
  {
    families,
    relation = '=',
    exact = 'nowhere',
  }: { readonly families?: readonly TensorFamily[]; readonly relation?: '=' | '≥'; readonly exact?: Law['exact'] } = {},
): Law => ({
  name: `loss: ${name}`,
  statement,
  exact,
  claims: cases(families).map((c) =>
    equation({ spec: c, inputs: tensors(losses, c), left: (o, x) => left(o, x, c), right: (o, x) => right(o, x, c), relation }),
  ),
});

/** The law that a change of its inputs changes no loss. */
export const invariance = (
  losses: Losses,
  name: string,
  statement: string,
  text: Text,
  change: (x: Tensors) => Tensors,
  exact: Law['exact'],
): Law => ({
  name: `loss: ${name}`,
  statement,
  exact,
  claims: cases(GRID).map((c) => {
    const inputs = tensors(losses, c);
    const { spec, left, right } = equation({ spec: c, inputs, left: (o, x) => text(o, x, c), right: (o, x) => text(o, x, c) });
    return { spec, left, right: { ...right, inputs: change(inputs) } };
  }),
});

/** `(1 − weight)·a + weight·b`. */
export const blended = <T extends Shaped>(o: Ops<T>, weight: number, a: T, b: T): T => o.add(o.scale(1 - weight, a), o.scale(weight, b));
