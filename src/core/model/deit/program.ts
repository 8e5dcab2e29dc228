import type { Program } from '../../language/ops.ts';
import { evaluationLogits } from './classifier.ts';
import type { DeitConfig } from './config.ts';
import { deit } from './deit.ts';
import { paramsFrom } from './params.ts';

/**
 * The forward pass as a program, which an engine compiles: inputs `image` `(B, C, H, W)` and every parameter by its timm name; outputs `logits_cls`,
 * `logits_dist` where the model is distilled, and `logits_eval`, the mean of both, each `(B, classes)`.
 *
 * @throws ShapeError where `deit` does, when it is run or recorded.
 * @example
 * const c = deitConfig({ image: [32, 48], dim: 12, depth: 2, heads: 3, classes: 5, distilled: true });
 * const inputs = { ...namedParams(seededParams(1, c)), image: zeros([1, 3, 32, 48]) };
 * Object.keys(forwardProgram(c)(reference, inputs)) // ['logits_cls', 'logits_dist', 'logits_eval']
 */
export const forwardProgram =
  (c: DeitConfig): Program =>
  (o, { image, ...params }) => {
    const logits = deit(o, c)(paramsFrom(c, params), image);
    const { cls, dist } = logits;
    return { logits_cls: cls, ...(dist === undefined ? {} : { logits_dist: dist }), logits_eval: evaluationLogits(o)(logits) };
  };
