import type { Ops, Program, Scalar } from '../../language/ops.ts';
import type { Shaped } from '../../tensor/shape.ts';
import { evaluationLogits } from './classifier.ts';
import type { DeitConfig } from './config.ts';
import { type DeitLogits, deit } from './deit.ts';
import { paramsFrom } from './params.ts';

/**
 * A DeiT as a program: from `image` `(B, C, H, W)`, already normalised, and every parameter by timm name to `logits_cls`, `logits_dist` where
 * distilled, and `logits_eval`, the mean of the heads, each `(B, classes)`.
 *
 * @throws ShapeError where `specification` or `deit` does.
 * @example
 * const c = deitConfig({ image: [32, 48], dim: 12, depth: 1, heads: 3, classes: 5, distilled: true });
 * const outputs = forwardProgram(c)(reference, { image: zeros([2, 3, 32, 48]), ...namedParams(seededParams(1, c)) });
 * Object.keys(outputs) // ['logits_cls', 'logits_dist', 'logits_eval']
 * outputs.logits_eval.shape // [2, 5]
 */
export const forwardProgram =
  (c: DeitConfig): Program =>
  (o, inputs) => {
    const { cls, dist } = deit(o, c)(paramsFrom(c, inputs), inputs.image);
    return dist === undefined
      ? { logits_cls: cls, logits_eval: evaluationLogits(o)({ cls }) }
      : { logits_cls: cls, logits_dist: dist, logits_eval: evaluationLogits(o)({ cls, dist }) };
  };

/** A loss of a model's logits, a scalar `()`. What they are held against (targets, what a teacher says) it takes from `inputs`, under names of its own. */
export type LogitsLoss = <T extends Shaped>(o: Ops<T>, logits: DeitLogits<T>, inputs: Readonly<Record<string, T>>) => T;

/**
 * A loss of a DeiT as a scalar program, of which `valueAndGradient` takes the gradient and `trainingStep` makes a step: from `image` `(B, C, H, W)`,
 * what the loss takes of its inputs, and every parameter by timm name to `()`.
 *
 * @throws ShapeError where `specification`, `deit` or the loss does.
 * @example
 * const c = deitConfig({ image: [32, 48], dim: 12, depth: 1, heads: 3, classes: 5, distilled: true });
 * const loss = lossProgram(c, (o, logits, { target, teacher }) => hardDistillation(o)(0.5, logits, target, teacher));
 * const batch = { image: zeros([1, 3, 32, 48]), target: oneHot(5, [2]), teacher: oneHot(5, [4]) };
 * loss(reference, { ...batch, ...namedParams(seededParams(1, c)) }).shape // []
 */
export const lossProgram =
  (c: DeitConfig, loss: LogitsLoss): Scalar =>
  (o, inputs) =>
    loss(o, deit(o, c)(paramsFrom(c, inputs), inputs.image), inputs);
