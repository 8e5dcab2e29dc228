import fc from 'fast-check';
import { leaf, pullback, reverse } from '../src/core/interpret/reverse.ts';
import { crossEntropy, smoothed } from '../src/core/loss/cross-entropy.ts';
import { hardDistillation, softDistillation, teacherDecisions } from '../src/core/loss/distillation.ts';
import { kl } from '../src/core/loss/kl.ts';
import type { Computation, Ops } from '../src/core/ops.ts';
import { last, type Shaped, size } from '../src/core/shape.ts';
import { generate, type Tensor } from '../src/core/tensor.ts';
import type { Tensors } from './implementation.ts';
import { type Claim, equation, type Law } from './law.ts';
import { filled } from './program.ts';
import { draw, type Family, type Recipe, recipes, sizes } from './recipe.ts';

/** The losses of DeiT as text: the same functions for every interpreter. */
export interface Losses {
  readonly crossEntropy: typeof crossEntropy;
  readonly smoothed: typeof smoothed;
  readonly kl: typeof kl;
  readonly softDistillation: typeof softDistillation;
  readonly hardDistillation: typeof hardDistillation;
  readonly teacherDecisions: typeof teacherDecisions;
}
const OURS: Losses = { crossEntropy, smoothed, kl, softDistillation, hardDistillation, teacherDecisions };

/** Logits of two heads and of a teacher, and labels, for `batch` images and `classes` classes. */
interface Case {
  readonly cls: Recipe;
  readonly dist: Recipe;
  readonly teacher: Recipe;
  /** Rows of it choose the labels: the largest logit. */
  readonly labels: Recipe;
}
const LOGITS: readonly Family[] = ['plain', 'full', 'integers', 'peaked', 'offset'];
const GRID: readonly Family[] = ['plain', 'integers', 'peaked', 'offset'];
const cases = (families: readonly Family[] = LOGITS): fc.Arbitrary<Case> =>
  sizes(2, { min: 2, max: 9 }).chain((shape) => {
    const logits = recipes(shape, families);
    return fc.record({ cls: logits, dist: logits, teacher: logits, labels: recipes(shape, ['full']) });
  });

const EPS = 0.1;
const tensors = (losses: Losses, c: Case): Tensors => {
  const teacher = draw(c.teacher);
  const target = teacherDecisions(draw(c.labels));
  return {
    cls: draw(c.cls),
    dist: draw(c.dist),
    teacher,
    target,
    chosen: losses.teacherDecisions(teacher),
    smooth: losses.smoothed(EPS, 'timm', target),
    literal: losses.smoothed(EPS, 'paper', target),
  };
};

const scaled = <T extends Shaped>(o: Ops<T>, lambda: number, a: T, b: T): T => o.add(o.scale(1 - lambda, a), o.scale(lambda, b));
const nought = <T extends Shaped>(o: Ops<T>): T => filled(o, [], 0);
/** `Σ p log p`, mean over the batch: minus the entropy of a distribution. */
const negentropy = <T extends Shaped>(o: Ops<T>, z: T): T => o.scale(1 / z.shape[0], o.fold([], o.mul(o.softmax(z), o.logSoftmax(z))));
const uniformly = <T extends Shaped>(o: Ops<T>, z: T): T => filled(o, z.shape, 1 / last(z.shape));

/**
 * What the losses of DeiT are: cross-entropy with both smoothings, KL, soft and hard distillation, by our text or by another.
 * Every law is about logits of a class head, a distillation head and a teacher, `(B, C)` each.
 *
 * @example
 * lossLaws().find(({ name }) => name === 'loss: cross-entropy, gradient').statement // '∂CE/∂z = (softmax(z) − y) / B'
 * const ours = { crossEntropy, smoothed, kl, softDistillation, hardDistillation, teacherDecisions };
 * const literal = { ...ours, smoothed: (eps, _, target) => smoothed(eps, 'paper', target) };
 * const law = lossLaws(literal).find(({ name }) => name === 'loss: smoothing, timm');
 * await check(law, engine(referenceEngine, { bound: proved(FLOAT64) })) // { holds: false, … }
 */
export const lossLaws = (losses: Losses = OURS): readonly Law[] => {
  const { crossEntropy, kl, softDistillation, hardDistillation } = losses;
  const KL = { tau: 1, direction: 'teacher-student', reduction: 'batchmean' } as const;
  const law = (name: string, statement: string, left: Computation, right: Computation, more: { readonly families?: readonly Family[]; readonly relation?: '≥'; readonly exact?: Law['exact'] } = {}): Law => ({
    name: `loss: ${name}`,
    statement,
    exact: more.exact ?? 'nowhere',
    claims: cases(more.families).map((c) =>
      equation({ recipe: c, inputs: tensors(losses, c), left, right, ...(more.relation === undefined ? {} : { relation: more.relation }) }),
    ),
  });
  const changed = (name: string, statement: string, program: Computation, change: (x: Tensors) => Tensors, exact: Law['exact']): Law => ({
    name: `loss: ${name}`,
    statement,
    exact,
    claims: cases(GRID).map((c): Claim => {
      const inputs = tensors(losses, c);
      return { recipe: c, left: { program, inputs }, right: { program, inputs: change(inputs) } };
    }),
  });
  return [
    law('cross-entropy is not negative', 'CE(z, y) ≥ 0',
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) }),
      (o) => ({ loss: nought(o) }), { relation: '≥' }),
    law('cross-entropy, definition', 'CE(z, y) = −mean log softmax(z)[y]',
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) }),
      (o, { cls, target }) => ({ loss: o.scale(-1 / cls.shape[0], o.fold([], o.unary('log', o.sumLast(o.mul(o.softmax(cls), target))))) }), { families: ['plain', 'full', 'integers'] }),
    law('cross-entropy, shift', 'CE(z + c, y) = CE(z, y)',
      (o, { cls, target }) => ({ loss: crossEntropy(o)(o.shift(5, cls), target) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    law('cross-entropy, gradient', '∂CE/∂z = (softmax(z) − y) / B',
      (o, { cls, target }) => {
        const z = leaf(cls);
        return { d: pullback(o, [[crossEntropy(reverse(o))(z, leaf(target)), filled(o, [], 1)]])(z) };
      },
      (o, { cls, target }) => ({ d: o.scale(1 / cls.shape[0], o.sub(o.softmax(cls), target)) })),
    law('smoothing, timm', 'CE(z, smoothed y) = (1 − ε)·CE(z, y) + ε·CE(z, uniform)',
      (o, { cls, smooth }) => ({ loss: crossEntropy(o)(cls, smooth) }),
      (o, { cls, target }) => ({ loss: scaled(o, EPS, crossEntropy(o)(cls, target), crossEntropy(o)(cls, uniformly(o, cls))) })),
    law('smoothing, paper', 'the paper gives ε to the C − 1 other classes: timm’s smoothing with ε·C / (C − 1)',
      (o, { cls, literal }) => ({ loss: crossEntropy(o)(cls, literal) }),
      (o, { cls, target }) => ({ loss: scaled(o, (EPS * last(cls.shape)) / (last(cls.shape) - 1), crossEntropy(o)(cls, target), crossEntropy(o)(cls, uniformly(o, cls))) })),
    law('KL of equals', 'KL(p ‖ p) = 0',
      (o, { cls }) => ({ kl: kl(o)({ ...KL, tau: 3 }, cls, cls) }),
      (o) => ({ kl: nought(o) }), { exact: 'reference' }),
    law('KL is not negative', 'KL(p ‖ q) ≥ 0',
      (o, { cls, teacher }) => ({ kl: kl(o)(KL, teacher, cls) }),
      (o) => ({ kl: nought(o) }), { relation: '≥' }),
    law('KL and entropy', 'KL(p ‖ q) = CE(q, p) − H(p)',
      (o, { cls, teacher }) => ({ kl: kl(o)(KL, teacher, cls) }),
      (o, { cls, teacher }) => ({ kl: o.add(crossEntropy(o)(cls, o.softmax(teacher)), negentropy(o, teacher)) })),
    law('KL and temperature', 'KL at τ of τ·z = KL at 1 of z',
      (o, { cls, teacher }) => ({ kl: kl(o)({ ...KL, tau: 4 }, o.scale(4, teacher), o.scale(4, cls)) }),
      (o, { cls, teacher }) => ({ kl: kl(o)(KL, teacher, cls) }), { exact: 'reference' }),
    law('KL reversed', 'KL student–teacher = KL teacher–student with the two exchanged',
      (o, { cls, teacher }) => ({ kl: kl(o)({ ...KL, direction: 'student-teacher' }, teacher, cls) }),
      (o, { cls, teacher }) => ({ kl: kl(o)(KL, cls, teacher) }), { exact: 'reference' }),
    law('KL by element', 'KL over B·C = KL over B, divided by C',
      (o, { cls, teacher }) => ({ kl: kl(o)({ ...KL, reduction: 'numel' }, teacher, cls) }),
      (o, { cls, teacher }) => ({ kl: o.scale(1 / last(cls.shape), kl(o)(KL, teacher, cls)) })),
    law('soft, λ = 0', 'soft distillation with λ = 0 is CE of the class head',
      (o, { cls, dist, teacher, target }) => ({ loss: softDistillation(o)({ tau: 3, lambda: 0, variant: 'paper' }, { cls, dist }, target, teacher) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    law('soft, λ = 1', 'soft distillation with λ = 1 is τ²·KL(teacher ‖ distillation head)',
      (o, { cls, dist, teacher, target }) => ({ loss: softDistillation(o)({ tau: 3, lambda: 1, variant: 'paper' }, { cls, dist }, target, teacher) }),
      (o, { dist, teacher }) => ({ loss: o.scale(9, kl(o)({ ...KL, tau: 3 }, teacher, dist)) })),
    law('soft, a teacher imitated', 'where the distillation head is the teacher, soft distillation is (1 − λ)·CE',
      (o, { cls, teacher, target }) => ({ loss: softDistillation(o)({ tau: 3, lambda: 0.25, variant: 'paper' }, { cls, dist: teacher }, target, teacher) }),
      (o, { cls, target }) => ({ loss: o.scale(0.75, crossEntropy(o)(cls, target)) })),
    law('soft, gradient', '∂/∂z_cls = (1 − λ)·(softmax(z_cls) − y) / B, ∂/∂z_dist = λ·τ·(softmax(z_dist / τ) − softmax(z_t / τ)) / B',
      (o, { cls, dist, teacher, target }) => {
        const heads = { cls: leaf(cls), dist: leaf(dist) };
        const loss = softDistillation(reverse(o))({ tau: 3, lambda: 0.25, variant: 'paper' }, heads, leaf(target), leaf(teacher));
        const gradient = pullback(o, [[loss, filled(o, [], 1)]]);
        return { cls: gradient(heads.cls), dist: gradient(heads.dist) };
      },
      (o, { cls, dist, teacher, target }) => {
        const tempered = (z: typeof cls) => o.softmax(o.scale(1 / 3, z));
        return {
          cls: o.scale(0.75 / cls.shape[0], o.sub(o.softmax(cls), target)),
          dist: o.scale(0.75 / cls.shape[0], o.sub(tempered(dist), tempered(teacher))),
        };
      }, { families: ['plain', 'full', 'integers'] }),
    law('soft, one head', 'with one head the class head learns from both',
      (o, { cls, teacher, target }) => ({ loss: softDistillation(o)({ tau: 3, lambda: 0.25, variant: 'paper' }, { cls }, target, teacher) }),
      (o, { cls, teacher, target }) => ({ loss: softDistillation(o)({ tau: 3, lambda: 0.25, variant: 'paper' }, { cls, dist: cls }, target, teacher) }), { exact: 'reference' }),
    law('soft, hot from below', 'τ²·KL ≥ exp(−R/τ)·½·Var(z_s − z_t), R the widest range of a row of logits; equal as τ → ∞',
      (o, { dist, teacher, target }) => ({ loss: hot(losses, o, dist, teacher, target) }),
      (o, { dist, teacher }) => ({ loss: o.scale(Math.exp(-RANGE / HOT), halfVariance(o, dist, teacher)) }), { families: ['plain', 'full'], relation: '≥' }),
    law('soft, hot from above', 'exp(R/τ)·½·Var(z_s − z_t) ≥ τ²·KL: at a high temperature distillation is regression of the logits',
      (o, { dist, teacher }) => ({ loss: o.scale(Math.exp(RANGE / HOT), halfVariance(o, dist, teacher)) }),
      (o, { dist, teacher, target }) => ({ loss: hot(losses, o, dist, teacher, target) }), { families: ['plain', 'full'], relation: '≥' }),
    law('soft, a certain teacher', 'KL from a teacher who is certain is CE with its decision: soft becomes hard',
      (o, { dist, chosen }) => ({ loss: kl(o)(KL, o.scale(1024, chosen), dist) }),
      (o, { dist, chosen }) => ({ loss: crossEntropy(o)(dist, chosen) })),
    law('hard, α = 0', 'hard distillation with α = 0 is CE of the class head with the label',
      (o, { cls, dist, target, chosen }) => ({ loss: hardDistillation(o)(0, { cls, dist }, target, chosen) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    law('hard, α = 1', 'hard distillation with α = 1 is CE of the distillation head with the decision of the teacher',
      (o, { cls, dist, target, chosen }) => ({ loss: hardDistillation(o)(1, { cls, dist }, target, chosen) }),
      (o, { dist, chosen }) => ({ loss: crossEntropy(o)(dist, chosen) })),
    law('hard, the label taught', 'where both heads and both targets agree, hard distillation is CE',
      (o, { cls, target }) => ({ loss: hardDistillation(o)(0.5, { cls, dist: cls }, target, target) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    changed('hard, monotone teacher', 'hard distillation is the same for f(z_t), f increasing: only the decision counts',
      (o, { cls, dist, target, chosen }) => ({ loss: hardDistillation(o)(0.5, { cls, dist }, target, chosen) }),
      (x) => ({ ...x, chosen: losses.teacherDecisions(mapped(x.teacher, (z) => z * z * z - 500)) }), 'everywhere'),
    changed('batch order', 'permuting the batch changes no loss',
      (o, { cls, dist, target, chosen, teacher }) => ({
        hard: hardDistillation(o)(0.5, { cls, dist }, target, chosen),
        soft: softDistillation(o)({ tau: 3, lambda: 0.25, variant: 'paper' }, { cls, dist }, target, teacher),
      }),
      (x) => ({ cls: rolled(x.cls), dist: rolled(x.dist), teacher: rolled(x.teacher), target: rolled(x.target), chosen: rolled(x.chosen) }), 'nowhere'),
  ];
}; // biome-ignore format: one law a paragraph

/** High enough that tempered predictions are nearly uniform. */
const HOT = 64;
/** Wider than any row of `plain` or `full` logits. */
const RANGE = 4.1;
const hot = <T extends Shaped>({ softDistillation }: Losses, o: Ops<T>, dist: T, teacher: T, target: T): T =>
  softDistillation(o)({ tau: HOT, lambda: 1, variant: 'paper' }, { cls: dist, dist }, target, teacher);
/** Half the variance over the classes of `a − b`, mean over the batch. */
const halfVariance = <T extends Shaped>(o: Ops<T>, a: T, b: T): T => {
  const difference = o.sub(a, b);
  const centred = o.sub(difference, o.spread(last(a.shape), o.mean(difference)));
  return o.scale(0.5 / size(a.shape), o.fold([], o.mul(centred, centred)));
};
const mapped = (t: Tensor, f: (x: number) => number): Tensor => generate(t.shape, (i) => f(t.data[i]));
/** The last sample first. */
const rolled = (t: Tensor): Tensor => generate(t.shape, (i) => t.data[(i + t.data.length - last(t.shape)) % t.data.length]);
