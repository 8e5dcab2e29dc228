import type { Ops } from '../language/ops.ts';
import { mapRecord } from '../params/map-record.ts';
import { type Shaped, showShape } from '../tensor/shape.ts';

/** The constants of AdamW; DeiT's are β = (0.9, 0.999), ε = 1e-8, weight decay 0.05 (facebookresearch/deit: main.py). */
export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
}

/** DeiT's AdamW. */
export const DEIT_ADAMW: AdamWOptions = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.05 };

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
  readonly param: T;
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
 * const slot = { param: tensor([1], [1]), mean: zeros([1]), square: zeros([1]) };
 * adamwStep(reference)(DEIT_ADAMW, inputs, false, slot, tensor([1], [0.3])).param.data // ≈ [0.999]
 */
export const adamwStep =
  <T extends Shaped>(o: Ops<T>) =>
  (
    { beta1, beta2, eps, weightDecay }: AdamWOptions,
    inputs: StepInputs<T>,
    decayed: boolean,
    { param, mean, square }: Slot<T>,
    gradient: T,
  ): Slot<T> => {
    const everywhere = (scalar: T): T => o.repeatLeading(param.shape, scalar);
    const m = o.add(o.scale(beta1, mean), o.scale(1 - beta1, gradient));
    const v = o.add(o.scale(beta2, square), o.scale(1 - beta2, o.mul(gradient, gradient)));
    const kept = decayed ? o.mul(param, everywhere(o.shift(1, o.scale(-weightDecay, inputs.learningRate)))) : param;
    const direction = o.div(
      o.mul(m, everywhere(inputs.correction1)),
      o.shift(eps, o.unary('sqrt', o.mul(v, everywhere(inputs.correction2)))),
    );
    return { param: o.sub(kept, o.mul(everywhere(inputs.learningRate), direction)), mean: m, square: v };
  };

/**
 * One step of AdamW on every parameter by name. `decayed` says of each whether it decays; `decays` makes that of a model's specification.
 *
 * @throws ShapeError naming every parameter that has no gradient, or of which `decayed` says nothing: a buffer, for one, is not trained.
 * @example
 * const at = (x) => tensor([], [x]);
 * const inputs = { learningRate: at(0.001), correction1: at(biasCorrection(0.9, 1)), correction2: at(biasCorrection(0.999, 1)) };
 * const slots = { 'norm.bias': { param: tensor([1], [1]), mean: zeros([1]), square: zeros([1]) } };
 * const next = adamw(reference)(DEIT_ADAMW, inputs, { 'norm.bias': false }, slots, { 'norm.bias': tensor([1], [-2]) });
 * next['norm.bias'].param.data // ≈ [1.001]
 */
export const adamw =
  <T extends Shaped>(o: Ops<T>) =>
  (
    options: AdamWOptions,
    inputs: StepInputs<T>,
    decayed: Readonly<Record<string, boolean>>,
    slots: Readonly<Record<string, Slot<T>>>,
    gradients: Readonly<Record<string, T>>,
  ): Readonly<Record<string, Slot<T>>> => {
    const messages = Object.entries(slots).flatMap(([name, { param }]) => [
      ...(gradients[name] === undefined ? [`parameter ${name} ${showShape(param.shape)} has no gradient`] : []),
      ...(decayed[name] === undefined
        ? [`of parameter ${name} ${showShape(param.shape)} it is not said whether it decays: a buffer is not trained`]
        : []),
    ]);
    const nothing = messages.length > 0 ? o.refuse({ operation: 'adamw', messages, shape: [] }, inputs.learningRate) : undefined;
    return mapRecord((slot, name) => {
      const gradient = nothing === undefined ? gradients[name] : o.repeatLeading(slot.param.shape, nothing);
      return adamwStep(o)(options, inputs, decayed[name] === true, slot, gradient);
    }, slots);
  };
