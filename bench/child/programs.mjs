import { crossEntropy, deit, evaluationLogits, hardDistillation, paramsFrom, valueAndGradient } from '../../dist/src/index.js';

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

/**
 * One step of AdamW on a parameter `p` with its moments `m` and `v` and its gradient `g` (Loshchilov and Hutter 2019, algorithm 2, decay times
 * learning rate as in PyTorch). `rate` is lr / (1 − β₁ᵗ) and `second` 1 / (1 − β₂ᵗ), which depend on the step: scalars, given as inputs.
 */
export const adamwStep =
  ({ lr, decay, beta1, beta2, eps }) =>
  (o, { p, m, v, g, rate, second }, decays) => {
    const m2 = o.add(o.scale(beta1, m), o.scale(1 - beta1, g));
    const v2 = o.add(o.scale(beta2, v), o.scale(1 - beta2, o.mul(g, g)));
    const spread = (scalar) => o.tile(p.shape, scalar);
    const update = o.div(o.mul(spread(rate), m2), o.shift(eps, o.unary('sqrt', o.mul(spread(second), v2))));
    return { p: o.sub(decays ? o.scale(1 - lr * decay, p) : p, update), m: m2, v: v2 };
  };

/** What AdamW's step number `t`, from 1, is told of it. */
export const correction = ({ lr, beta1, beta2 }, t) => ({ rate: lr / (1 - beta1 ** t), second: 1 / (1 - beta2 ** t) });

/** A whole training step as a program: from a state (`p.name`, `m.name`, `v.name`), a batch and the corrections to `loss` and the next state. */
export const trainProgram =
  ({ config, parameters, adamw }) =>
  (o, { image, target, teacher, rate, second, ...state }) => {
    const p = Object.fromEntries(parameters.map((name) => [name, state[`p.${name}`]]));
    const { value, gradient } = lossAndGradient(config)(o, { image, target, teacher, ...p });
    const next = parameters.flatMap((name) => {
      const of = (kind) => state[`${kind}.${name}`];
      const all = { p: of('p'), m: of('m'), v: of('v'), g: gradient[name], rate, second };
      return Object.entries(adamwStep(adamw)(o, all, adamw.decayed.includes(name))).map(([kind, x]) => [`${kind}.${name}`, x]);
    });
    return { loss: value, ...Object.fromEntries(next) };
  };
