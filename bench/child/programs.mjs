import {
  crossEntropy,
  forwardProgram,
  hardDistillation,
  lossProgram,
  namedParams,
  specification,
  stepInputs,
  trainingStep,
} from '../../dist/src/index.js';

/** The logits of a DeiT in evaluation alone, as the released model returns them. */
export const logitsProgram = (config) => {
  const forward = forwardProgram(config);
  return (o, inputs) => ({ logits: forward(o, inputs).logits_eval });
};

/** `x` through two matrices, again and again: the products alone, without their inputs' way in and out. */
export const gemmProgram =
  ({ repeats }) =>
  (o, { x, there, back }) => {
    let y = x;
    for (let i = 0; i < repeats; i++) y = o.matmul(o.matmul(y, there), back);
    return { y };
  };

/** The parameters of a model, by name. */
export const parametersOf = ({ config }) => namedParams(specification(config));

const adamwOf = ({ adamw: { beta1, beta2, eps, decay } }) => ({ beta1, beta2, eps, weightDecay: decay });

/**
 * A training step of a work: hard distillation of `target` and `teacher` where the model is distilled, cross-entropy of `target` else. `transform`
 * is what becomes of the gradients before AdamW.
 */
export const trainProgram = (spec, transform) => {
  const loss = lossProgram(spec.config, (o, logits, { target, teacher }) =>
    spec.config.distilled ? hardDistillation(o)(0.5, logits, target, teacher) : crossEntropy(o)(logits.cls, target),
  );
  return trainingStep({ parameters: parametersOf(spec), loss, adamw: adamwOf(spec), ...(transform === undefined ? {} : { transform }) });
};

/** The scalars of step `t` of a work, from 1. */
export const scalarsOf = (spec, t) => stepInputs(adamwOf(spec), spec.adamw.lr, t);
