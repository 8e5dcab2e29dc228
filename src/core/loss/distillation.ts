import type { Ops } from '../language/ops.ts';
import type { DeitLogits } from '../model/deit/deit.ts';
import { type Shaped, showShape } from '../tensor/shape.ts';
import { oneHot, ShapeError, type Tensor } from '../tensor/tensor.ts';
import { crossEntropy } from './cross-entropy.ts';
import { type KlOptions, kl } from './kl.ts';
import { logitsProblems, nameProblems, targetProblems, temperatureProblems, weightProblems } from './problems.ts';

/**
 * Readings of soft distillation:
 * - `paper`: KL(teacher ‖ student), mean over the batch (Touvron et al. 2021 eq. 2 as every implementation computes it);
 * - `paper-literal`: KL(student ‖ teacher), the order of the arguments as printed in eq. 2;
 * - `facebook`: KL(teacher ‖ student) divided by B·C, C times smaller (facebookresearch/deit: losses.py).
 */
export type SoftVariant = 'paper' | 'paper-literal' | 'facebook';

const KL_OF: { readonly [V in SoftVariant]: Omit<KlOptions, 'tau'> } = {
  paper: { direction: 'teacher-student', reduction: 'batchmean' },
  'paper-literal': { direction: 'student-teacher', reduction: 'batchmean' },
  facebook: { direction: 'teacher-student', reduction: 'numel' },
};

/** The logits that learn from the teacher: the distillation head, or the class head where it is the only one (Table 3). */
const student = <T>({ cls, dist }: DeitLogits<T>): T => dist ?? cls;

/** What those are called where they do not fit. */
const learner = <T>({ dist }: DeitLogits<T>): string => (dist === undefined ? 'logits' : 'logits of the distillation head');

/** `(1 − weight)·base + weight·teacher`. */
const blend = <T extends Shaped>(o: Ops<T>, weight: number, base: T, taught: T): T =>
  o.add(o.scale(1 - weight, base), o.scale(weight, taught));

/** Temperature, above 0, and weight of soft distillation; the paper uses τ = 3, λ = 0.1. τ² does not restore the digits that `kl` loses at a high τ; NaN where it is infinite. */
export interface SoftOptions {
  readonly tau: number;
  readonly lambda: number;
  readonly variant: SoftVariant;
}

/**
 * Soft distillation: `(1 − λ)·CE(z_cls, y) + λ·τ²·KL(teacher, student; τ)`. Logits, target and teacher `(B, C)` → `()`.
 * Source: Touvron et al. 2021 eq. 2.
 *
 * @throws ShapeError when logits, target and teacher are not `(B, C)` alike, or an option is invalid.
 * @example
 * const [teacher, agrees] = [tensor([1, 2], [2, 1]), { cls: tensor([1, 2], [0, 0]), dist: tensor([1, 2], [2, 1]) }];
 * softDistillation(reference)({ tau: 3, lambda: 0.1, variant: 'paper' }, agrees, oneHot(2, [0]), teacher).data[0] // ≈ 0.623832
 */
export const softDistillation =
  <T extends Shaped>(o: Ops<T>) =>
  ({ tau, lambda, variant }: SoftOptions, logits: DeitLogits<T>, target: T, teacher: T): T => {
    const taught = student(logits);
    const messages = [
      ...targetProblems(['logits', logits.cls], ['target', target]),
      ...logitsProblems([learner(logits), taught], ["the teacher's", teacher]),
      ...temperatureProblems(tau),
      ...weightProblems('lambda', lambda),
      ...nameProblems('variant', Object.keys(KL_OF), variant),
    ];
    if (messages.length > 0) return o.refuse({ operation: 'softDistillation', messages, shape: [] }, logits.cls, taught, target, teacher);
    const divergence = kl(o)({ tau, ...KL_OF[variant] }, teacher, taught);
    return blend(o, lambda, crossEntropy(o)(logits.cls, target), o.scale(tau * tau, divergence));
  };

/**
 * Hard distillation: `(1 − α)·CE(z_cls, y) + α·CE(z_dist, y_teacher)`; the paper's α is 1/2. `teacherTarget` is one-hot
 * (`teacherDecisions`): which class the teacher chose is a value, so it enters as an input. Logits and targets `(B, C)` → `()`.
 * Source: Touvron et al. 2021 eq. 3; facebookresearch/deit: losses.py (the teacher's label is never smoothed).
 *
 * @throws ShapeError when logits and targets are not `(B, C)` alike, or α is not a number.
 * @example
 * const logits = { cls: tensor([1, 2], [1, 0]), dist: tensor([1, 2], [0, 0]) };
 * hardDistillation(reference)(0.5, logits, oneHot(2, [0]), oneHot(2, [1])).data[0] // ≈ 0.503204
 */
export const hardDistillation =
  <T extends Shaped>(o: Ops<T>) =>
  (alpha: number, logits: DeitLogits<T>, target: T, teacherTarget: T): T => {
    const taught = student(logits);
    const messages = [
      ...targetProblems(['logits', logits.cls], ['target', target]),
      ...targetProblems([learner(logits), taught], ["the teacher's target", teacherTarget]),
      ...weightProblems('alpha', alpha),
    ];
    if (messages.length > 0)
      return o.refuse({ operation: 'hardDistillation', messages, shape: [] }, logits.cls, taught, target, teacherTarget);
    return blend(o, alpha, crossEntropy(o)(logits.cls, target), crossEntropy(o)(taught, teacherTarget));
  };

/** Of teachers and other deciders: the rows of logits that they decide on. */
const checkRows = (operation: string, { shape }: Tensor): void => {
  if (shape.length !== 2 || shape[1] === 0) throw new ShapeError(operation, `${showShape(shape)} is not (B, C) with C above 0`);
};

/**
 * Index of the largest element of each row, the first of equals; NaN is larger than any number, as for torch's `argmax`: `(B, C)` → B numbers.
 *
 * @throws ShapeError when the logits are not `(B, C)` with C above 0.
 * @example
 * decisions(tensor([2, 3], [0, 5, 1, 2, 2, 0])) // [1, 0]
 */
export const decisions = (logits: Tensor): readonly number[] => {
  checkRows('decisions', logits);
  const { shape: [b, c], data } = logits; // biome-ignore format: one line
  return Array.from({ length: b }, (_, row) => {
    let best = 0;
    for (let j = 0; j < c; j++) {
      const z = data[row * c + j];
      if (Number.isNaN(z)) return j;
      if (z > data[row * c + best]) best = j;
    }
    return best;
  });
};

/**
 * The teacher's decisions as one-hot targets: `(B, C) → (B, C)`.
 *
 * @throws ShapeError when the logits are not `(B, C)` with C above 0.
 * @example
 * teacherDecisions(tensor([1, 3], [0, 5, 1])).data // [0, 1, 0]
 */
export const teacherDecisions = (teacher: Tensor): Tensor => {
  checkRows('teacherDecisions', teacher);
  return oneHot(teacher.shape[1], decisions(teacher));
};
