import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import type { Program } from '../../language/ops.ts';
import { crossEntropy, type Smoothing, smoothed } from '../../loss/cross-entropy.ts';
import { hardDistillation, softDistillation, teacherDecisions } from '../../loss/distillation.ts';
import { kl } from '../../loss/kl.ts';
import type { DeitLogits } from '../../model/deit/deit.ts';
import { oneHot, type Tensor } from '../../tensor/tensor.ts';
import { oneOf, positive, share } from './attributes.ts';
import type { Axes } from './axes.ts';
import { type Input, type Operation, operation } from './operation.ts';
import type { InputNameOf } from './operation-types.ts';
import type { Task } from './task.ts';

const ROW: Axes = ['B', 'C'];
const logits = <const K extends string>(name: K, optional = false): Input<K> => ({
  name,
  axes: ROW,
  kind: 'logits',
  ...(optional ? { optional } : {}),
});
/** Classes as numbers, or as distributions: rows above or equal to 0 that sum to 1. */
export const TRUTH: readonly Input<'labels' | 'target'>[] = [
  { name: 'labels', axes: ['B'], kind: 'labels', optional: true },
  { name: 'target', axes: ROW, kind: 'distribution', optional: true },
];

/** The target distributions of a request: labels smoothed, or the target as given. */
export const truth = (classes: number, smoothing: number, variant: Smoothing, given: Tensors): E.Either<string, Tensor> => {
  const { labels, target } = given;
  if ((labels === undefined) === (target === undefined)) return E.left('give either labels (B) or target (B, C)');
  if (target !== undefined)
    return smoothing === 0
      ? E.right(target)
      : E.left(`smoothing ${smoothing} applies to labels; a target is used as it is, give smoothing 0`);
  const bad = Array.from(labels.data).find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (bad !== undefined) return E.left(`label ${bad} is not a class in 0..${classes - 1}`);
  return E.right(smoothed(smoothing, variant, oneHot(classes, labels.data)));
};

/** A teacher's logits as one-hot decisions; of classes that are equally good the first is decided for, as every argmax has it. NaN decides nothing. */
export const decided = (teacher: Tensor): E.Either<string, Tensor> =>
  Array.from(teacher.data).some((z) => Number.isNaN(z))
    ? E.left('z_teacher holds NaN, which decides nothing')
    : E.right(teacherDecisions(teacher));

/** The heads' logits of a request: `z_cls` and `z_dist`, or `z` alone. */
const heads = (given: Tensors): E.Either<string, (inputs: Readonly<Record<string, unknown>>) => DeitLogits<unknown>> => {
  const both = given.z_cls !== undefined && given.z_dist !== undefined;
  const one = given.z !== undefined;
  if (both === one || (one && (given.z_cls !== undefined || given.z_dist !== undefined)))
    return E.left('give either z_cls and z_dist (B, C), or z (B, C) alone');
  return E.right(({ z, z_cls, z_dist }) => (one ? { cls: z } : { cls: z_cls, dist: z_dist }));
};

/** A loss of the logits in a request: their target among the inputs, the rest as the loss asks. */
const lossTask = (
  given: Tensors,
  smoothing: number,
  variant: Smoothing,
  extra: E.Either<string, Tensors>,
  loss: (of: (inputs: Readonly<Record<string, unknown>>) => DeitLogits<unknown>) => Program,
): E.Either<string, Task> => {
  const { labels: _labels, z_teacher: _teacher, ...kept } = given;
  const classes = (given.z ?? given.z_cls ?? given.z_teacher).shape[1];
  return E.chain((of: Parameters<typeof loss>[0]) =>
    E.chain((target: Tensor) => E.map((more: Tensors): Task => ({ program: loss(of), inputs: { ...kept, target, ...more } }))(extra))(
      truth(classes, smoothing, variant, given),
    ),
  )(heads(given));
};
const logitsOf = <T>(
  of: (inputs: Readonly<Record<string, unknown>>) => DeitLogits<unknown>,
  inputs: Readonly<Record<string, T>>,
): DeitLogits<T> => of(inputs) as DeitLogits<T>;

const smoothing = share(0);
const smoothingVariant = oneOf('timm', 'paper')('timm');

const crossEntropyOperation = operation({
  name: 'cross_entropy',
  summary: 'cross-entropy against labels (smoothed) or targets (rows that sum to 1), mean over the batch',
  outputs: 'y',
  schema: { smoothing, variant: smoothingVariant },
  inputs: () => [logits('z'), ...TRUTH],
  task: (a, given) =>
    lossTask(given, a.smoothing, a.variant, E.right({}), () => (o, { z, target }) => ({ y: crossEntropy(o)(z, target) })),
});

const klOperation = operation({
  name: 'kl',
  summary: 'Kullback–Leibler divergence of softened predictions, without the factor τ²',
  outputs: 'y',
  schema: {
    tau: positive(1),
    direction: oneOf('teacher-student', 'student-teacher')('teacher-student'),
    reduction: oneOf('batchmean', 'numel')('batchmean'),
  },
  inputs: () => [logits('z_teacher'), logits('z_student')],
  task: (a, inputs) => E.right({ inputs, program: (o, { z_teacher, z_student }) => ({ y: kl(o)(a, z_teacher, z_student) }) }),
});

const distilled: readonly Input<InputNameOf<'soft_distill'>>[] = [
  logits('z_cls', true),
  logits('z_dist', true),
  logits('z', true),
  logits('z_teacher'),
  ...TRUTH,
];

const softDistill = operation({
  name: 'soft_distill',
  summary: 'soft distillation: (1 − λ) CE + λ τ² KL; nothing flows into the teacher',
  outputs: 'y',
  schema: { tau: positive(3), lambda: share(0.1), smoothing, variant: oneOf('paper', 'paper-literal', 'facebook')('paper') },
  inputs: () => distilled,
  task: (a, given) =>
    lossTask(given, a.smoothing, 'timm', E.right({ z_teacher: given.z_teacher }), (of) => (o, inputs) => ({
      y: softDistillation(o)(a, logitsOf(of, inputs), inputs.target, inputs.z_teacher),
    })),
});

const hardDistill = operation({
  name: 'hard_distill',
  summary: "hard distillation: (1 − α) CE + α CE with the teacher's decision",
  outputs: 'y',
  schema: { alpha: share(0.5), smoothing },
  inputs: () => distilled,
  task: (a, given) =>
    lossTask(given, a.smoothing, 'timm', E.map((decision: Tensor) => ({ decision }))(decided(given.z_teacher)), (of) => (o, inputs) => ({
      y: hardDistillation(o)(a.alpha, logitsOf(of, inputs), inputs.target, inputs.decision),
    })),
});

/** Losses of logits. */
export const LOSSES: readonly Operation[] = [crossEntropyOperation, klOperation, softDistill, hardDistill];
