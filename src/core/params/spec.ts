import type { Shape, Shaped } from '../tensor/shape.ts';

/** How a parameter is drawn at first; `initialise` says what each means in each variant. */
export type Initial = 'token' | 'weight' | 'patch weight' | 'patch bias' | 'zero' | 'one';

/**
 * Whose choice of the parameters that decay:
 * - `facebook`: all but vectors, biases, the position embedding and the class token; the distillation token does decay, as
 *   its authors meant (timm 0.3.2: optim_factory.py; facebookresearch/deit issue 48);
 * - `timm`: nor does the distillation token (timm ≥ 0.4.9).
 */
export type DecayGroups = 'facebook' | 'timm';

/** Whether weight decay applies to a parameter: in all groups, in none, or in those of one alone. */
export type Decay = 'always' | 'never' | DecayGroups;

/** One parameter: the source of its value, its gradient, its optimizer state. */
export interface ParamSpec extends Shaped {
  readonly initial: Initial;
  /** Number of inputs that one output of the layer sees. */
  readonly fanIn: number;
  readonly decay: Decay;
  /** A `weight` learns by its gradient. A `buffer` is kept beside the weights, as the statistics of a batch norm are, and no optimizer changes it. */
  readonly role: 'weight' | 'buffer';
}

/**
 * The specification of a weight.
 *
 * @example
 * weightSpec([8], 'zero', 'never') // { shape: [8], initial: 'zero', decay: 'never', fanIn: 0, role: 'weight' }
 */
export const weightSpec = (shape: Shape, initial: Initial, decay: Decay, fanIn = 0): ParamSpec => ({
  shape,
  initial,
  decay,
  fanIn,
  role: 'weight',
});

/**
 * The parameters that learn: weights, and no buffers.
 *
 * @example
 * const mean = { ...weightSpec([8], 'zero', 'never'), role: 'buffer' };
 * Object.keys(weightsOf({ weight: weightSpec([8, 8], 'weight', 'always', 8), running_mean: mean })) // ['weight']
 */
export const weightsOf = (parameters: Readonly<Record<string, ParamSpec>>): Readonly<Record<string, ParamSpec>> =>
  Object.fromEntries(Object.entries(parameters).filter(([, { role }]) => role === 'weight'));
