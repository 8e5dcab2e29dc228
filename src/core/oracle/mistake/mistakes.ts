import { ATTENTION_GRADIENT_MISTAKES } from './gradient/attention.ts';
import { GELU_GRADIENT_MISTAKES } from './gradient/gelu.ts';
import { LAYER_NORM_GRADIENT_MISTAKES } from './gradient/layer-norm.ts';
import { SUM_GRADIENT_MISTAKES } from './gradient/sums.ts';
import type { Mutant } from './mistake.ts';
import { LOSS_MISTAKES } from './structure/loss.ts';
import { POSITION_MISTAKES } from './structure/positions.ts';
import { STRUCTURE_MISTAKES } from './structure/wholes.ts';
import { ATTENTION_MISTAKES } from './value/attention.ts';
import { GELU_MISTAKES } from './value/gelu.ts';
import { LAYER_NORM_MISTAKES } from './value/layer-norm.ts';
import { LINEAR_MISTAKES } from './value/linear.ts';
import { SOFTMAX_MISTAKES } from './value/softmax.ts';

/** The known mistakes of people who wrote a DeiT. */
export const MUTANTS: readonly Mutant[] = [
  ...GELU_MISTAKES,
  ...LAYER_NORM_MISTAKES,
  ...LINEAR_MISTAKES,
  ...ATTENTION_MISTAKES,
  ...SOFTMAX_MISTAKES,
  ...STRUCTURE_MISTAKES,
  ...POSITION_MISTAKES,
  ...LOSS_MISTAKES,
  ...GELU_GRADIENT_MISTAKES,
  ...ATTENTION_GRADIENT_MISTAKES,
  ...LAYER_NORM_GRADIENT_MISTAKES,
  ...SUM_GRADIENT_MISTAKES,
];

/**
 * The mutant of a name.
 *
 * @example
 * mutantNamed('tanh-gelu').says // 'GELU in its tanh form'
 */
export const mutantNamed = (name: string): Mutant | undefined => MUTANTS.find((mutant) => mutant.name === name);
