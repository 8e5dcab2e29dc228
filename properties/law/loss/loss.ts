import { crossEntropy, smoothed } from '../../../src/core/loss/cross-entropy.ts';
import { hardDistillation, softDistillation, teacherDecisions } from '../../../src/core/loss/distillation.ts';
import { kl } from '../../../src/core/loss/kl.ts';
import type { Losses } from '../../case/loss-case.ts';
import type { Law } from '../law.ts';
import { distillationLaws } from './distillation.ts';
import { entropyLaws } from './entropy.ts';

const OURS: Losses = { crossEntropy, smoothed, kl, softDistillation, hardDistillation, teacherDecisions };

/**
 * What the losses of DeiT are: cross-entropy with both smoothings, KL, soft and hard distillation, by our text or by another.
 * Every law is about logits of a class head, a distillation head and a teacher, `(B, C)` each; temperature, weights
 * and smoothing are drawn too.
 *
 * @example
 * lossLaws().find(({ name }) => name === 'loss: cross-entropy, gradient').statement // '∂CE/∂z = (softmax(z) − y) / B'
 * const ours = { crossEntropy, smoothed, kl, softDistillation, hardDistillation, teacherDecisions };
 * const literal = { ...ours, smoothed: (eps, _, target) => smoothed(eps, 'paper', target) };
 * const law = lossLaws(literal).find(({ name }) => name === 'loss: smoothing, timm');
 * await check(law, fromEngine(referenceEngine, { bound: proved(FLOAT64) })) // { holds: false, … }
 */
export const lossLaws = (losses: Losses = OURS): readonly Law[] => [...entropyLaws(losses), ...distillationLaws(losses)];
