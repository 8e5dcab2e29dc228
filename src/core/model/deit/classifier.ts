import type { Ops } from '../../language/ops.ts';
import type { Shaped } from '../../tensor/shape.ts';
import { choiceProblem } from '../../text/show-value.ts';
import type { DeitLogits } from './deit.ts';

/**
 * How the two heads are joined: `logit-mean`, as the released code does in evaluation (facebookresearch/deit: models.py),
 * or `softmax-sum`, as the paper describes (Touvron et al. 2021 §4). Their arg max can differ.
 */
export type Fusion = 'logit-mean' | 'softmax-sum';

/**
 * The joint classifier: `(B, C)` and `(B, C)` → `(B, C)`, the class head alone where there is no other.
 *
 * @throws ShapeError when the fusion is neither of the two.
 * @example
 * joint(reference)('logit-mean', { cls: tensor([1, 2], [1, 2]), dist: tensor([1, 2], [3, 4]) }).data[0] // 2
 */
export const joint =
  <T extends Shaped>(o: Ops<T>) =>
  (fusion: Fusion, { cls, dist }: DeitLogits<T>): T => {
    const problem = choiceProblem('fusion', ['logit-mean', 'softmax-sum'], fusion);
    if (problem !== undefined) return o.refuse({ operation: 'joint', messages: [problem], shape: cls.shape }, cls);
    if (fusion === 'softmax-sum') return dist === undefined ? o.softmax(cls) : o.add(o.softmax(cls), o.softmax(dist));
    return dist === undefined ? cls : o.scale(0.5, o.add(cls, dist));
  };

/**
 * The three classifiers of a distilled model: by the class token, by the distillation token, by both.
 *
 * @example
 * const logits = { cls: tensor([1, 2], [1, 2]), dist: tensor([1, 2], [5, 0]) };
 * classifiers(reference)('logit-mean', logits).joint.data // [3, 1]
 */
export const classifiers =
  <T extends Shaped>(o: Ops<T>) =>
  (fusion: Fusion, logits: DeitLogits<T>): { readonly cls: T; readonly dist?: T; readonly joint: T } => ({
    ...logits,
    joint: joint(o)(fusion, logits),
  });

/**
 * What the released model returns in evaluation, `logits_eval`: the mean of the logits of its heads.
 *
 * @example
 * evaluationLogits(reference)({ cls: tensor([1, 2], [1, 2]) }).data // [1, 2]
 */
export const evaluationLogits =
  <T extends Shaped>(o: Ops<T>) =>
  (logits: DeitLogits<T>): T =>
    joint(o)('logit-mean', logits);
