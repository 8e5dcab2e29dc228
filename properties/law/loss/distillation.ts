import { pullback, variable, vjp } from '../../../src/core/interpret/vjp.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import type { SoftVariant } from '../../../src/core/loss/distillation.ts';
import { last, type Shaped, size } from '../../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../../src/core/tensor/tensor.ts';
import { blended, invariance, type Losses, lossLaw } from '../../case/loss-case.ts';
import { filled } from '../../formulas.ts';
import type { Law } from '../law.ts';

/** Teacher to student, mean over the batch. */
const KL = { tau: 1, direction: 'teacher-student', reduction: 'batchmean' } as const;

/** What each reading of soft distillation makes of `KL(p ‖ q)`. */
const SOFT: { readonly [V in SoftVariant]: { readonly says: string; readonly divergence: <T extends Shaped>(kl: (p: T, q: T) => T, o: Ops<T>, teacher: T, student: T) => T } } = {
  paper: { says: '(1 − λ)·CE(z_cls, y) + λ·τ²·KL(teacher ‖ student)', divergence: (kl, _, teacher, student) => kl(teacher, student) },
  'paper-literal': { says: '(1 − λ)·CE(z_cls, y) + λ·τ²·KL(student ‖ teacher)', divergence: (kl, _, teacher, student) => kl(student, teacher) },
  facebook: { says: '(1 − λ)·CE(z_cls, y) + λ·τ²·KL(teacher ‖ student) / C', divergence: (kl, o, teacher, student) => o.scale(1 / last(teacher.shape), kl(teacher, student)) },
}; // biome-ignore format: one reading a line

/** What soft distillation, in its three readings, and hard distillation are. */
export const distillationLaws = (losses: Losses): readonly Law[] => {
  const { crossEntropy, kl, softDistillation, hardDistillation } = losses;
  const law = lossLaw.bind(undefined, losses);
  return [
    ...Object.entries(SOFT).map(([variant, { says, divergence }]) =>
      law(`soft, ${variant}`, says,
        (o, { cls, dist, teacher, target }, c) => ({ loss: softDistillation(o)({ ...c, variant: variant as SoftVariant }, { cls, dist }, target, teacher) }),
        (o, { cls, dist, teacher, target }, c) => {
          const taught = divergence((p, q) => kl(o)({ ...KL, tau: c.tau }, p, q), o, teacher, dist);
          return { loss: blended(o, c.lambda, crossEntropy(o)(cls, target), o.scale(c.tau * c.tau, taught)) };
        })),
    law('soft, λ = 0', 'soft distillation with λ = 0 is CE of the class head',
      (o, { cls, dist, teacher, target }, c) => ({ loss: softDistillation(o)({ tau: c.tau, lambda: 0, variant: 'paper' }, { cls, dist }, target, teacher) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    law('soft, λ = 1', 'soft distillation with λ = 1 is τ²·KL(teacher ‖ distillation head)',
      (o, { cls, dist, teacher, target }, c) => ({ loss: softDistillation(o)({ tau: c.tau, lambda: 1, variant: 'paper' }, { cls, dist }, target, teacher) }),
      (o, { dist, teacher }, c) => ({ loss: o.scale(c.tau * c.tau, kl(o)({ ...KL, tau: c.tau }, teacher, dist)) })),
    law('soft, a teacher imitated', 'where the distillation head is the teacher, soft distillation is (1 − λ)·CE',
      (o, { cls, teacher, target }, c) => ({ loss: softDistillation(o)({ ...c, variant: 'paper' }, { cls, dist: teacher }, target, teacher) }),
      (o, { cls, target }, c) => ({ loss: o.scale(1 - c.lambda, crossEntropy(o)(cls, target)) })),
    law('soft, gradient', '∂/∂z_cls = (1 − λ)·(softmax(z_cls) − y) / B, ∂/∂z_dist = λ·τ·(softmax(z_dist / τ) − softmax(z_t / τ)) / B',
      (o, { cls, dist, teacher, target }, c) => {
        const heads = { cls: variable(cls), dist: variable(dist) };
        const loss = softDistillation(vjp(o))({ ...c, variant: 'paper' }, heads, variable(target), variable(teacher));
        const gradient = pullback(o, [[loss, filled(o, [], 1)]]);
        return { cls: gradient(heads.cls), dist: gradient(heads.dist) };
      },
      (o, { cls, dist, teacher, target }, c) => {
        const tempered = (z: typeof cls) => o.softmax(o.scale(1 / c.tau, z));
        return {
          cls: o.scale((1 - c.lambda) / cls.shape[0], o.sub(o.softmax(cls), target)),
          dist: o.scale((c.lambda * c.tau) / cls.shape[0], o.sub(tempered(dist), tempered(teacher))),
        };
      }, { families: ['plain', 'full', 'integers'] }),
    law('soft, one head', 'with one head the class head learns from both',
      (o, { cls, teacher, target }, c) => ({ loss: softDistillation(o)({ ...c, variant: 'paper' }, { cls }, target, teacher) }),
      (o, { cls, teacher, target }, c) => ({ loss: softDistillation(o)({ ...c, variant: 'paper' }, { cls, dist: cls }, target, teacher) }), { exact: 'reference' }),
    law('soft, hot from below', 'τ²·KL ≥ exp(−R/τ)·½·Var(z_s − z_t), R the widest range of a row of logits; equal as τ → ∞',
      (o, { dist, teacher, target }) => ({ loss: hot(losses, o, dist, teacher, target) }),
      (o, { dist, teacher }) => ({ loss: o.scale(Math.exp(-RANGE / HOT), halfVariance(o, dist, teacher)) }), { families: ['plain', 'full'], relation: '≥' }),
    law('soft, hot from above', 'exp(R/τ)·½·Var(z_s − z_t) ≥ τ²·KL: at a high temperature distillation is regression of the logits',
      (o, { dist, teacher }) => ({ loss: o.scale(Math.exp(RANGE / HOT), halfVariance(o, dist, teacher)) }),
      (o, { dist, teacher, target }) => ({ loss: hot(losses, o, dist, teacher, target) }), { families: ['plain', 'full'], relation: '≥' }),
    law('soft, a certain teacher', 'KL from a teacher who is certain is CE with its decision: soft becomes hard',
      (o, { dist, chosen }) => ({ loss: kl(o)(KL, o.scale(1024, chosen), dist) }),
      (o, { dist, chosen }) => ({ loss: crossEntropy(o)(dist, chosen) })),
    law('hard, definition', '(1 − α)·CE(z_cls, y) + α·CE(z_dist, y_t)',
      (o, { cls, dist, target, chosen }, c) => ({ loss: hardDistillation(o)(c.alpha, { cls, dist }, target, chosen) }),
      (o, { cls, dist, target, chosen }, c) => ({ loss: blended(o, c.alpha, crossEntropy(o)(cls, target), crossEntropy(o)(dist, chosen)) })),
    law('hard, one head', 'with one head the class head learns from both',
      (o, { cls, target, chosen }, c) => ({ loss: hardDistillation(o)(c.alpha, { cls }, target, chosen) }),
      (o, { cls, target, chosen }, c) => ({ loss: hardDistillation(o)(c.alpha, { cls, dist: cls }, target, chosen) }), { exact: 'reference' }),
    law('hard, α = 0', 'hard distillation with α = 0 is CE of the class head with the label',
      (o, { cls, dist, target, chosen }) => ({ loss: hardDistillation(o)(0, { cls, dist }, target, chosen) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    law('hard, α = 1', 'hard distillation with α = 1 is CE of the distillation head with the decision of the teacher',
      (o, { cls, dist, target, chosen }) => ({ loss: hardDistillation(o)(1, { cls, dist }, target, chosen) }),
      (o, { dist, chosen }) => ({ loss: crossEntropy(o)(dist, chosen) })),
    law('hard, the label taught', 'where both heads and both targets agree, hard distillation is CE',
      (o, { cls, target }, c) => ({ loss: hardDistillation(o)(c.alpha, { cls, dist: cls }, target, target) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    invariance(losses, 'hard, monotone teacher', 'hard distillation is the same for f(z_t), f increasing: only the decision counts',
      (o, { cls, dist, target, chosen }, c) => ({ loss: hardDistillation(o)(c.alpha, { cls, dist }, target, chosen) }),
      (x) => ({ ...x, chosen: losses.teacherDecisions(mapped(x.teacher, (z) => z * z * z - 500)) }), 'everywhere'),
    invariance(losses, 'batch order', 'permuting the batch changes no loss',
      (o, { cls, dist, target, chosen, teacher }, c) => ({
        hard: hardDistillation(o)(c.alpha, { cls, dist }, target, chosen),
        soft: softDistillation(o)({ ...c, variant: 'paper' }, { cls, dist }, target, teacher),
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
  const centred = o.sub(difference, o.repeatLast(last(a.shape), o.mean(difference)));
  return o.scale(0.5 / size(a.shape), o.sumLeading([], o.mul(centred, centred)));
};
const mapped = (t: Tensor, f: (x: number) => number): Tensor => generate(t.shape, (i) => f(t.data[i]));
/** The last sample first. */
const rolled = (t: Tensor): Tensor => generate(t.shape, (i) => t.data[(i + t.data.length - last(t.shape)) % t.data.length]);
