import { pullback, variable, vjp } from '../../../src/core/interpret/vjp.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import { last, type Shaped } from '../../../src/core/tensor/shape.ts';
import { blended, type Losses, lossLaw } from '../../case/loss-case.ts';
import { filled } from '../../formulas.ts';
import type { Law } from '../law.ts';

const nought = <T extends Shaped>(o: Ops<T>): T => filled(o, [], 0);
/** `Σ p log p`, mean over the batch: minus the entropy of a distribution. */
const negentropy = <T extends Shaped>(o: Ops<T>, z: T): T =>
  o.scale(1 / z.shape[0], o.sumLeading([], o.mul(o.softmax(z), o.logSoftmax(z))));
const uniformly = <T extends Shaped>(o: Ops<T>, z: T): T => filled(o, z.shape, 1 / last(z.shape));
/** Teacher to student at temperature 1, mean over the batch. */
const KL = { tau: 1, direction: 'teacher-student', reduction: 'batchmean' } as const;

/** What cross-entropy with both smoothings and the divergence of Kullback and Leibler are. */
export const entropyLaws = (losses: Losses): readonly Law[] => {
  const { crossEntropy, kl } = losses;
  const law = lossLaw.bind(undefined, losses);
  return [
    law('cross-entropy is not negative', 'CE(z, y) ≥ 0',
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) }),
      (o) => ({ loss: nought(o) }), { relation: '≥' }),
    law('cross-entropy, definition', 'CE(z, y) = −mean log softmax(z)[y]',
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) }),
      (o, { cls, target }) => ({ loss: o.scale(-1 / cls.shape[0], o.sumLeading([], o.unary('log', o.sumLast(o.mul(o.softmax(cls), target))))) }), { families: ['plain', 'full', 'integers'] }),
    law('cross-entropy, shift', 'CE(z + c, y) = CE(z, y)',
      (o, { cls, target }) => ({ loss: crossEntropy(o)(o.shift(5, cls), target) }),
      (o, { cls, target }) => ({ loss: crossEntropy(o)(cls, target) })),
    law('cross-entropy, gradient', '∂CE/∂z = (softmax(z) − y) / B',
      (o, { cls, target }) => {
        const z = variable(cls);
        return { d: pullback(o, [[crossEntropy(vjp(o))(z, variable(target)), filled(o, [], 1)]])(z) };
      },
      (o, { cls, target }) => ({ d: o.scale(1 / cls.shape[0], o.sub(o.softmax(cls), target)) })),
    law('smoothing, timm', 'CE(z, smoothed y) = (1 − ε)·CE(z, y) + ε·CE(z, uniform)',
      (o, { cls, smooth }) => ({ loss: crossEntropy(o)(cls, smooth) }),
      (o, { cls, target }, c) => ({ loss: blended(o, c.eps, crossEntropy(o)(cls, target), crossEntropy(o)(cls, uniformly(o, cls))) })),
    law('smoothing, paper', 'the paper gives ε to the C − 1 other classes: timm’s smoothing with ε·C / (C − 1)',
      (o, { cls, literal }) => ({ loss: crossEntropy(o)(cls, literal) }),
      (o, { cls, target }, c) => ({ loss: blended(o, (c.eps * last(cls.shape)) / (last(cls.shape) - 1), crossEntropy(o)(cls, target), crossEntropy(o)(cls, uniformly(o, cls))) })),
    law('KL of equals', 'KL(p ‖ p) = 0',
      (o, { cls }, c) => ({ kl: kl(o)({ ...KL, tau: c.tau }, cls, cls) }),
      (o) => ({ kl: nought(o) }), { exact: 'reference' }),
    law('KL is not negative', 'KL(p ‖ q) ≥ 0',
      (o, { cls, teacher }) => ({ kl: kl(o)(KL, teacher, cls) }),
      (o) => ({ kl: nought(o) }), { relation: '≥' }),
    law('KL and entropy', 'KL(p ‖ q) = CE(q, p) − H(p)',
      (o, { cls, teacher }) => ({ kl: kl(o)(KL, teacher, cls) }),
      (o, { cls, teacher }) => ({ kl: o.add(crossEntropy(o)(cls, o.softmax(teacher)), negentropy(o, teacher)) })),
    law('KL and temperature', 'KL at τ of τ·z = KL at 1 of z',
      (o, { cls, teacher }, c) => ({ kl: kl(o)({ ...KL, tau: c.tau }, o.scale(c.tau, teacher), o.scale(c.tau, cls)) }),
      (o, { cls, teacher }) => ({ kl: kl(o)(KL, teacher, cls) })),
    law('KL reversed', 'KL student–teacher = KL teacher–student with the two exchanged',
      (o, { cls, teacher }, c) => ({ kl: kl(o)({ ...KL, tau: c.tau, direction: 'student-teacher' }, teacher, cls) }),
      (o, { cls, teacher }, c) => ({ kl: kl(o)({ ...KL, tau: c.tau }, cls, teacher) }), { exact: 'reference' }),
    law('KL by element', 'KL over B·C = KL over B, divided by C',
      (o, { cls, teacher }, c) => ({ kl: kl(o)({ ...KL, tau: c.tau, reduction: 'numel' }, teacher, cls) }),
      (o, { cls, teacher }, c) => ({ kl: o.scale(1 / last(cls.shape), kl(o)({ ...KL, tau: c.tau }, teacher, cls)) })),
  ];
}; // biome-ignore format: one law a paragraph
