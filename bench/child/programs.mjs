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
