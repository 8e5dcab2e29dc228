import type { Ops } from '../language/ops.ts';
import { last, type Shaped, showShape } from '../tensor/shape.ts';
import { adopt, ShapeError, type Tensor } from '../tensor/tensor.ts';
import { choiceProblem } from '../text/show-value.ts';
import { targetProblems } from './problems.ts';

/** Sum of all elements, as a scalar `()`. */
export const total =
  <T extends Shaped>(o: Ops<T>) =>
  (x: T): T =>
    o.sumLeading([], x);

/**
 * Cross-entropy of logits against target distributions, mean over the batch: z `(B, C)`, target `(B, C)` → `()`.
 * One-hot targets give the usual classification loss, mixed or smoothed ones SoftTargetCrossEntropy (timm 0.3.2:
 * loss/cross_entropy.py).
 *
 * A class is not masked by a logit of −∞: its target 0 times its logarithm −∞ is NaN, as it is in timm. A large negative
 * number masks it.
 *
 * @throws ShapeError when logits and target are not `(B, C)` alike.
 * @example
 * crossEntropy(reference)(tensor([1, 2], [0, 0]), tensor([1, 2], [1, 0])).data[0] // 0.6931471805599453
 */
export const crossEntropy =
  <T extends Shaped>(o: Ops<T>) =>
  (z: T, target: T): T => {
    const messages = targetProblems(['logits', z], ['target', target]);
    return messages.length === 0
      ? o.scale(-1 / z.shape[0], total(o)(o.mul(target, o.logSoftmax(z))))
      : o.refuse({ operation: 'crossEntropy', messages, shape: [] }, z, target);
  };

/**
 * Where label smoothing puts its mass ε:
 * - `timm`: ε/C on every class, 1 − ε + ε/C on the true one (timm 0.3.2: loss/cross_entropy.py; torch);
 * - `paper`: ε/(C − 1) on every other class, 1 − ε on the true one (the sentence of the paper, read literally).
 */
export type Smoothing = 'timm' | 'paper';

/**
 * Target distributions with their mass smoothed: `(B, C) → (B, C)`.
 *
 * @throws ShapeError when the variant is neither of the two, or `paper` has no other class to put mass on.
 * @example
 * smoothed(0.1, 'timm', oneHot(2, [0])).data // ≈ [0.95, 0.05]
 */
export const smoothed = (eps: number, variant: Smoothing, target: Tensor): Tensor => {
  const problem = choiceProblem('variant', ['timm', 'paper'], variant);
  if (problem !== undefined) throw new ShapeError('smoothed', problem);
  if (eps === 0) return target;
  const classes = last(target.shape);
  if (variant === 'paper' && classes < 2)
    throw new ShapeError('smoothed', `target ${showShape(target.shape)} has no other class to put mass on, as variant paper does`);
  const others = variant === 'timm' ? () => eps / classes : (t: number) => ((1 - t) * eps) / (classes - 1);
  return adopt(
    target.shape,
    Float64Array.from(target.data, (t) => (1 - eps) * t + others(t)),
  );
};
