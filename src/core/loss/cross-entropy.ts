import type { Ops } from '../ops.ts';
import { last, type Shaped } from '../shape.ts';
import { adopt, type Tensor } from '../tensor.ts';

/** Sum of all elements, as a scalar `()`. */
export const total =
  <T extends Shaped>(o: Ops<T>) =>
  (x: T): T =>
    o.fold([], x);

/**
 * Cross-entropy of logits against target distributions, mean over the batch: z `(B, C)`, target `(B, C)` → `()`.
 * One-hot targets give the usual classification loss, mixed or smoothed ones SoftTargetCrossEntropy (timm 0.3.2:
 * loss/cross_entropy.py).
 *
 * @example
 * crossEntropy(reference)(tensor([1, 2], [0, 0]), tensor([1, 2], [1, 0])).data[0] // 0.6931471805599453
 */
export const crossEntropy =
  <T extends Shaped>(o: Ops<T>) =>
  (z: T, target: T): T =>
    o.scale(-1 / z.shape[0], total(o)(o.mul(target, o.logSoftmax(z))));

/**
 * Where label smoothing puts its mass ε:
 * - `timm`: ε/C on every class, 1 − ε + ε/C on the true one (timm 0.3.2: loss/cross_entropy.py; torch);
 * - `paper`: ε/(C − 1) on every other class, 1 − ε on the true one (the sentence of the paper, read literally).
 */
export type Smoothing = 'timm' | 'paper';

/**
 * Target distributions with their mass smoothed: `(B, C) → (B, C)`.
 *
 * @example
 * smoothed(0.1, 'timm', oneHot(2, [0])).data // ≈ [0.95, 0.05]
 */
export const smoothed = (eps: number, variant: Smoothing, target: Tensor): Tensor => {
  if (eps === 0) return target;
  const classes = last(target.shape);
  const others = variant === 'timm' ? () => eps / classes : (t: number) => ((1 - t) * eps) / (classes - 1);
  return adopt(
    target.shape,
    Float64Array.from(target.data, (t) => (1 - eps) * t + others(t)),
  );
};
