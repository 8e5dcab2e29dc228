import type { Ops } from '../language/ops.ts';
import { type Shape, type Shaped, showShape } from '../tensor/shape.ts';

/** The constants of AdamW; DeiT's are β = (0.9, 0.999), ε = 1e-8, weight decay 0.05 (facebookresearch/deit: main.py). */
export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly groups: DecayGroups;
}

/**
 * Which parameters decay:
 * - `facebook`: all but vectors, biases, the position embedding and the class token; the distillation token does decay, as
 *   its authors meant (timm 0.3.2: optim_factory.py; facebookresearch/deit issue 48);
 * - `timm`: nor does the distillation token (timm ≥ 0.4.9).
 */
export type DecayGroups = 'facebook' | 'timm';

const SPARED: { readonly [G in DecayGroups]: readonly string[] } = {
  facebook: ['pos_embed', 'cls_token'],
  timm: ['pos_embed', 'cls_token', 'dist_token'],
};

/**
 * Whether weight decay applies to the parameter of a timm name.
 *
 * @example
 * ['blocks.0.attn.qkv.bias', 'dist_token'].map((name) => decays('facebook', name, [1, 1, 8])) // [false, true]
 */
export const decays = (groups: DecayGroups, name: string, shape: Shape): boolean =>
  shape.length !== 1 && !name.endsWith('.bias') && !SPARED[groups].includes(name);

/** DeiT's AdamW. */
export const DEIT_ADAMW: AdamWOptions = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.05, groups: 'facebook' };

/** What changes from step to step, each a scalar `()`: values, and so inputs of the program. */
export interface StepInputs<T> {
  readonly learningRate: T;
  /** 1 / (1 − β₁ᵗ), at step t counted from 1. */
  readonly correction1: T;
  /** 1 / (1 − β₂ᵗ). */
  readonly correction2: T;
}

/** A run as long as any: up to here a power is one product a step, whose bits every training has; beyond, squares make it short. */
const LONG_RUN = 1_048_576;

const power = (beta: number, step: number): number => {
  if (step > LONG_RUN) {
    const half = power(beta, Math.floor(step / 2));
    return step % 2 === 0 ? half * half : half * half * beta;
  }
  let product = 1;
  for (let i = 0; i < step; i++) product *= beta;
  return product;
};

/**
 * `1 / (1 − βᵗ)`: what undoes the start of a moving average at zero.
 *
 * @throws RangeError when β is not from 0 to below 1, or the step not a whole number from 1 to 2⁵³.
 * @example
 * biasCorrection(0.5, 1) // 2
 */
export const biasCorrection = (beta: number, step: number): number => {
  if (!(beta >= 0 && beta < 1)) throw new RangeError(`biasCorrection: β is a number from 0 to below 1, got ${beta}`);
  if (!(Number.isSafeInteger(step) && step > 0))
    throw new RangeError(`biasCorrection: the step is a whole number, counted from 1 and below 2^53, got ${step}`);
  return 1 / (1 - power(beta, step));
};

/** One parameter with the moving averages of its gradient and of its square. */
export interface Slot<T> {
  readonly value: T;
  readonly mean: T;
  readonly square: T;
}

/**
 * One step of AdamW on one parameter: decay `p(1 − η·λ)`, then `p − η·m̂ / (√v̂ + ε)`.
 * Source: Loshchilov & Hutter 2019, algorithm 2, with the decay as torch.optim.AdamW applies it.
 *
 * @example
 * const at = (x) => tensor([], [x]);
 * const inputs = { learningRate: at(0.001), correction1: at(biasCorrection(0.9, 1)), correction2: at(biasCorrection(0.999, 1)) };
 * const slot = { value: tensor([1], [1]), mean: zeros([1]), square: zeros([1]) };
 * adamwStep(reference)(DEIT_ADAMW, inputs, false, slot, tensor([1], [0.3])).value.data // ≈ [0.999]
 */
export const adamwStep =
  <T extends Shaped>(o: Ops<T>) =>
  (
    { beta1, beta2, eps, weightDecay }: AdamWOptions,
    inputs: StepInputs<T>,
    decayed: boolean,
    { value, mean, square }: Slot<T>,
    gradient: T,
  ): Slot<T> => {
    const everywhere = (scalar: T): T => o.repeatLeading(value.shape, scalar);
    const m = o.add(o.scale(beta1, mean), o.scale(1 - beta1, gradient));
    const v = o.add(o.scale(beta2, square), o.scale(1 - beta2, o.mul(gradient, gradient)));
    const kept = decayed ? o.mul(value, everywhere(o.shift(1, o.scale(-weightDecay, inputs.learningRate)))) : value;
    const direction = o.div(
      o.mul(m, everywhere(inputs.correction1)),
      o.shift(eps, o.unary('sqrt', o.mul(v, everywhere(inputs.correction2)))),
    );
    return { value: o.sub(kept, o.mul(everywhere(inputs.learningRate), direction)), mean: m, square: v };
  };

/**
 * One step of AdamW on every parameter by timm name, with DeiT's groups.
 *
 * @throws ShapeError naming every parameter that has no gradient.
 * @example
 * const at = (x) => tensor([], [x]);
 * const inputs = { learningRate: at(0.001), correction1: at(biasCorrection(0.9, 1)), correction2: at(biasCorrection(0.999, 1)) };
 * const slots = { 'norm.bias': { value: tensor([1], [1]), mean: zeros([1]), square: zeros([1]) } };
 * adamw(reference)(DEIT_ADAMW, inputs, slots, { 'norm.bias': tensor([1], [-2]) })['norm.bias'].value.data // ≈ [1.001]
 */
export const adamw =
  <T extends Shaped>(o: Ops<T>) =>
  (
    options: AdamWOptions,
    inputs: StepInputs<T>,
    slots: Readonly<Record<string, Slot<T>>>,
    gradients: Readonly<Record<string, T>>,
  ): Readonly<Record<string, Slot<T>>> => {
    const without = Object.entries(slots).filter(([name]) => gradients[name] === undefined);
    const messages = without.map(([name, { value }]) => `parameter ${name} ${showShape(value.shape)} has no gradient`);
    const nothing = messages.length > 0 ? o.refuse({ operation: 'adamw', messages, shape: [] }, inputs.learningRate) : undefined;
    return Object.fromEntries(
      Object.entries(slots).map(([name, slot]) => {
        const { shape } = slot.value;
        const gradient = nothing === undefined ? gradients[name] : o.repeatLeading(shape, nothing);
        return [name, adamwStep(o)(options, inputs, decays(options.groups, name, shape), slot, gradient)];
      }),
    );
  };
