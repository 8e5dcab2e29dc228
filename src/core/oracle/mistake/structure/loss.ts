import { reference } from '../../../interpret/reference.ts';
import type { Ops } from '../../../language/ops.ts';
import { smoothed, total } from '../../../loss/cross-entropy.ts';
import { teacherDecisions } from '../../../loss/distillation.ts';
import type { KlOptions } from '../../../loss/kl.ts';
import { deitConfig } from '../../../model/deit/config.ts';
import { type DeitLogits, deit } from '../../../model/deit/deit.ts';
import { paramsFrom } from '../../../model/deit/params.ts';
import { type Shaped, size } from '../../../tensor/shape.ts';
import { oneHot, type Tensor } from '../../../tensor/tensor.ts';
import { lossOf } from '../../request/deit.ts';
import type { BaseName } from '../../request/operation-types.ts';
import type { Task } from '../../request/task.ts';
import { baseOf, type Mutant, type Request } from '../mistake.ts';
import { attributesOf } from './wholes.ts';

/** The parts of the losses that people get wrong. */
interface LossForm {
  readonly crossEntropy: <T extends Shaped>(o: Ops<T>, z: T, target: T) => T;
  readonly kl: <T extends Shaped>(o: Ops<T>, options: KlOptions, teacher: T, student: T) => T;
  /** What the divergence is multiplied by, at a temperature. */
  readonly factor: (tau: number) => number;
  /** The shares of labels and teacher. */
  readonly weights: (teacher: number) => readonly [labels: number, teacher: number];
  /** The logits that learn from the labels, and those that learn from the teacher. */
  readonly labelled: <T>(logits: DeitLogits<T>) => T;
  readonly taught: <T>(logits: DeitLogits<T>) => T;
}

interface Divergence {
  readonly tau: readonly [teacher: (tau: number) => number, student: (tau: number) => number];
  /** Whether the teacher's own entropy is left out. */
  readonly cross: boolean;
  readonly divisor: (options: KlOptions, shape: Shaped['shape']) => number;
  readonly direction: (asked: KlOptions['direction']) => KlOptions['direction'];
}
const same = <A>(a: A): A => a;
const DIVERGENCE: Divergence = {
  tau: [same, same],
  cross: false,
  divisor: ({ reduction }, shape) => (reduction === 'batchmean' ? shape[0] : size(shape)),
  direction: same,
};
const divergence = (wrong: Partial<Divergence> = {}): LossForm['kl'] => {
  const { tau, cross, divisor, direction } = { ...DIVERGENCE, ...wrong };
  return (o, options, teacher, student) => {
    const logits = [teacher, student].map((z, i) => o.logSoftmax(o.scale(1 / tau[i](options.tau), z)));
    const [p, q] = direction(options.direction) === 'teacher-student' ? logits : [...logits].reverse();
    const apart = cross ? o.scale(-1, q) : o.sub(p, q);
    return o.scale(1 / divisor(options, teacher.shape), total(o)(o.mul(o.unary('exp', p), apart)));
  };
};

/** As it should be: the losses in this form are those of `core/loss`. */
const LOSSES: LossForm = {
  crossEntropy: (o, z, target) => o.scale(-1 / z.shape[0], total(o)(o.mul(target, o.logSoftmax(z)))),
  kl: divergence(),
  factor: (tau) => tau * tau,
  weights: (teacher) => [1 - teacher, teacher],
  labelled: ({ cls }) => cls,
  taught: ({ cls, dist }) => dist ?? cls,
};

const KL_OF = {
  paper: { direction: 'teacher-student', reduction: 'batchmean' },
  'paper-literal': { direction: 'student-teacher', reduction: 'batchmean' },
  facebook: { direction: 'teacher-student', reduction: 'numel' },
} as const;

type Losses = Required<Pick<NonNullable<Parameters<typeof lossOf>[4]>, 'crossEntropy' | 'hardDistillation' | 'softDistillation'>>;
const lossesBy = (f: LossForm): Losses => {
  const blend = <T extends Shaped>(o: Ops<T>, weight: number, base: T, taught: T): T => {
    const [a, b] = f.weights(weight);
    return o.add(o.scale(a, base), o.scale(b, taught));
  };
  return {
    crossEntropy: (o) => (z, target) => f.crossEntropy(o, z, target),
    hardDistillation: (o) => (alpha, logits, target, decision) =>
      blend(o, alpha, f.crossEntropy(o, f.labelled(logits), target), f.crossEntropy(o, f.taught(logits), decision)),
    softDistillation:
      (o) =>
      ({ tau, lambda, variant }, logits, target, teacher) => {
        const apart = f.kl(o, { tau, ...KL_OF[variant] }, teacher, f.taught(logits));
        return blend(o, lambda, f.crossEntropy(o, f.labelled(logits), target), o.scale(f.factor(tau), apart));
      },
  };
};

const logitsOf = <T>({ z, z_cls, z_dist }: Readonly<Record<string, T>>): DeitLogits<T> =>
  z_cls === undefined ? { cls: z } : { cls: z_cls, dist: z_dist };

/** The task of a request with its losses in another form. */
const lossTask = (request: Request, form: Partial<LossForm>): Task | undefined => {
  const f = { ...LOSSES, ...form };
  const by = lossesBy(f);
  const { task } = request;
  switch (baseOf(request)) {
    case 'cross_entropy':
      return { ...task, program: (o, { z, target }) => ({ y: f.crossEntropy(o, z, target) }) };
    case 'kl': {
      const a = attributesOf('kl', request);
      return a && { ...task, program: (o, { z_teacher, z_student }) => ({ y: f.kl(o, a, z_teacher, z_student) }) };
    }
    case 'soft_distill': {
      const a = attributesOf('soft_distill', request);
      return a && { ...task, program: (o, all) => ({ y: by.softDistillation(o)(a, logitsOf(all), all.target, all.z_teacher) }) };
    }
    case 'hard_distill': {
      const a = attributesOf('hard_distill', request);
      return a && { ...task, program: (o, all) => ({ y: by.hardDistillation(o)(a.alpha, logitsOf(all), all.target, all.decision) }) };
    }
    default: {
      const a = attributesOf('loss_gradient', request);
      if (a === undefined) return undefined;
      const { loss, ...sizes } = a;
      const c = deitConfig(sizes);
      return { ...task, program: (o, all) => ({ loss: lossOf(o, loss, deit(o, c)(paramsFrom(c, all), all.image), all, by) }) };
    }
  }
};

/** What a request says of its labels, as far as it has any. */
interface Labelled {
  readonly smoothing: number;
  readonly variant: 'timm' | 'paper';
  readonly classes: number;
  readonly labels: Tensor;
}
const labelled = (request: Request): Labelled | undefined => {
  const { labels, z, z_cls } = request.given;
  if (labels === undefined) return undefined;
  const base = baseOf(request);
  if (base === 'loss_gradient') {
    const a = attributesOf('loss_gradient', request);
    return a && { smoothing: a.loss.smoothing, variant: 'timm', classes: a.classes, labels };
  }
  const classes = (z ?? z_cls).shape[1];
  if (base === 'cross_entropy') {
    const a = attributesOf('cross_entropy', request);
    return a && { smoothing: a.smoothing, variant: a.variant, classes, labels };
  }
  const a = attributesOf(base === 'soft_distill' ? 'soft_distill' : 'hard_distill', request);
  return a && { smoothing: a.smoothing, variant: 'timm', classes, labels };
};

/** The logits that the teacher's decision is compared with. */
const studentOf = (request: Request): Tensor | undefined => {
  if (baseOf(request) !== 'loss_gradient') return LOSSES.taught(logitsOf(request.given));
  const a = attributesOf('loss_gradient', request);
  if (a === undefined) return undefined;
  const { loss: _loss, ...sizes } = a;
  const c = deitConfig(sizes);
  const logits = deit(reference, c)(paramsFrom(c, request.given), request.given.image);
  return LOSSES.taught(logits as DeitLogits<Tensor>);
};

const inputs = (name: string, says: string, at: readonly BaseName[], change: (request: Request) => Task['inputs'] | undefined): Mutant => ({
  name,
  says,
  at,
  task: (request) => {
    const other = change(request);
    return other && { ...request.task, inputs: { ...request.task.inputs, ...other } };
  },
});

const [CE, KL, SOFT, HARD, MODEL] = ['cross_entropy', 'kl', 'soft_distill', 'hard_distill', 'loss_gradient'] as const;
const loss = (name: string, says: string, at: readonly BaseName[], form: Partial<LossForm>): Mutant => ({
  name,
  says,
  at,
  task: (request) => lossTask(request, form),
});
const apart = (name: string, says: string, wrong: Partial<Divergence>): Mutant =>
  loss(name, says, [KL, SOFT, MODEL], { kl: divergence(wrong) });
const one = (): number => 1;

/** What people get wrong in losses, their targets and their gradients. */
export const LOSS_MISTAKES: readonly Mutant[] = [
  apart('kl-reversed', 'the Kullback–Leibler divergence the other way round', { direction: (asked) => (asked === 'teacher-student' ? 'student-teacher' : 'teacher-student') }),
  apart('kl-other-divisor', 'the divergence divided by B·C in place of B, or by B in place of B·C', { divisor: ({ reduction }, shape) => (reduction === 'batchmean' ? size(shape) : shape[0]) }),
  apart('kl-summed', 'the divergence summed over the batch', { divisor: one }),
  apart('kl-teacher-without-temperature', "the teacher's logits not divided by the temperature", { tau: [one, same] }),
  apart('kl-student-without-temperature', "the student's logits not divided by the temperature", { tau: [same, one] }),
  apart('kl-without-entropy', "a cross-entropy in place of the divergence: the first distribution's entropy is missing", { cross: true }),
  loss('tau-squared-missing', 'the divergence not multiplied by τ²', [SOFT, MODEL], { factor: one }),
  loss('tau-not-squared', 'the divergence multiplied by τ in place of τ²', [SOFT, MODEL], { factor: same }),
  loss('loss-weights-reversed', 'the weights of labels and teacher exchanged', [SOFT, HARD, MODEL], { weights: (w) => [w, 1 - w] }),
  loss('loss-weights-missing', 'both terms of distillation with weight 1', [SOFT, HARD, MODEL], { weights: () => [1, 1] }),
  loss('distillation-on-class-head', 'the class head learns from the teacher', [SOFT, HARD, MODEL], { taught: ({ cls }) => cls }),
  loss('labels-on-distillation-head', 'the distillation head learns from the labels', [SOFT, HARD, MODEL], { labelled: ({ cls, dist }) => dist ?? cls }),
  loss('distillation-heads-crossed', 'the class head learns from the teacher, the other one from the labels', [SOFT, HARD, MODEL], { taught: ({ cls }) => cls, labelled: ({ cls, dist }) => dist ?? cls }),
  loss('cross-entropy-summed', 'the cross-entropy summed over the batch', [CE, SOFT, HARD, MODEL], { crossEntropy: (o, z, target) => o.scale(-1, total(o)(o.mul(target, o.logSoftmax(z)))) }),
  loss('cross-entropy-divided-by-classes', 'the cross-entropy divided by B·C in place of B', [CE, SOFT, HARD, MODEL], { crossEntropy: (o, z, target) => o.scale(-1 / size(z.shape), total(o)(o.mul(target, o.logSoftmax(z)))) }),
  loss('cross-entropy-of-probabilities', 'softmax before a cross-entropy that has its own', [CE, SOFT, HARD, MODEL], { crossEntropy: (o, z, target) => LOSSES.crossEntropy(o, o.softmax(z), target) }),
  inputs('smoothing-missing', 'labels not smoothed', [CE, SOFT, HARD, MODEL], (request) => {
    const of = labelled(request);
    return of && of.smoothing > 0 ? { target: oneHot(of.classes, of.labels.data) } : undefined;
  }),
  inputs('smoothing-over-other-classes', 'labels smoothed by ε/(C − 1) on the other classes in place of ε/C on all', [CE, SOFT, HARD, MODEL], (request) => {
    const of = labelled(request);
    return of && of.smoothing > 0 && of.variant === 'timm' ? { target: smoothed(of.smoothing, 'paper', oneHot(of.classes, of.labels.data)) } : undefined;
  }),
  inputs('hard-label-from-student', "the student's own decision in place of the teacher's", [HARD, MODEL], (request) => {
    const student = request.task.inputs.decision === undefined ? undefined : studentOf(request);
    return student && { decision: teacherDecisions(student) };
  }),
  inputs('hard-label-not-hard', "the teacher's probabilities in place of its decision", [HARD, MODEL], ({ given, task }) =>
    task.inputs.decision === undefined ? undefined : { decision: reference.softmax(given.z_teacher) }),
  inputs('teacher-label-smoothed', "the teacher's decision smoothed like a label", [HARD, MODEL], (request) => {
    const [of, { decision }] = [labelled(request), request.task.inputs];
    return of && decision && of.smoothing > 0 ? { decision: smoothed(of.smoothing, 'timm', decision) } : undefined;
  }),
  {
    name: 'gradient-through-teacher',
    says: 'a gradient into the teacher, which does not learn',
    at: [SOFT],
    task: ({ task }) => {
      if (task.gradient === undefined) return undefined;
      const { still = {}, ...rest } = task.gradient;
      return { ...task, gradient: { ...rest, of: { ...rest.of, ...still } } };
    },
  },
]; // biome-ignore format: one mistake a line
