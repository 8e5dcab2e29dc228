import {
  adamw,
  biasCorrection,
  crossEntropy,
  deit,
  evaluationLogits,
  hardDistillation,
  paramsFrom,
  valueAndGradient,
} from '../../dist/src/index.js';

/** The logits of a DeiT in evaluation, as the released model returns them. */
export const forwardProgram =
  (config) =>
  (o, { image, ...weights }) => ({ logits: evaluationLogits(o)(deit(o, config)(paramsFrom(config, weights), image)) });

/** `x` through two matrices, again and again: the products alone, without their inputs' way in and out. */
export const gemmProgram =
  ({ repeats }) =>
  (o, { x, there, back }) => {
    let y = x;
    for (let i = 0; i < repeats; i++) y = o.matmul(o.matmul(y, there), back);
    return { y };
  };

/** Loss of a batch, with its gradient by every parameter: hard distillation where the model is distilled, cross-entropy else. */
export const lossAndGradient =
  (config) =>
  (o, { image, target, teacher, ...weights }) =>
    valueAndGradient((dual, values) => {
      const { image: pixels, target: label, teacher: taught, ...named } = values;
      const logits = deit(dual, config)(paramsFrom(config, named), pixels);
      return config.distilled ? hardDistillation(dual)(0.5, logits, label, taught) : crossEntropy(dual)(logits.cls, label);
    })(o, { image, target, ...(teacher === undefined ? {} : { teacher }), ...weights });

/** What a step of AdamW is told of its number `t`, from 1. */
export const stepInputs = ({ lr, beta1, beta2 }, t) => ({
  learningRate: lr,
  correction1: biasCorrection(beta1, t),
  correction2: biasCorrection(beta2, t),
});

const KINDS = { p: 'value', m: 'mean', v: 'square' };

/** From parameters `p.name` with their moments `m.name` and `v.name`, and gradients by name, to the same after a step of AdamW. */
export const update =
  ({ parameters, adamw: { beta1, beta2, eps, decay } }) =>
  (o, inputs, state, gradient) => {
    const slots = parameters.map((name) => [name, { value: state[`p.${name}`], mean: state[`m.${name}`], square: state[`v.${name}`] }]);
    const next = adamw(o)({ beta1, beta2, eps, weightDecay: decay, groups: 'facebook' }, inputs, Object.fromEntries(slots), gradient);
    return Object.fromEntries(
      parameters.flatMap((name) => Object.entries(KINDS).map(([kind, part]) => [`${kind}.${name}`, next[name][part]])),
    );
  };

/** A whole training step as a program: from a state, a batch and what the step is told to `loss` and the next state, as `next p.name` and so on. */
export const trainProgram =
  (spec) =>
  (o, { image, target, teacher, learningRate, correction1, correction2, ...state }) => {
    const p = Object.fromEntries(spec.parameters.map((name) => [name, state[`p.${name}`]]));
    const { value, gradient } = lossAndGradient(spec.config)(o, { image, target, teacher, ...p });
    const next = update(spec)(o, { learningRate, correction1, correction2 }, state, gradient);
    return { loss: value, ...Object.fromEntries(Object.entries(next).map(([name, x]) => [`next ${name}`, x])) };
  };
