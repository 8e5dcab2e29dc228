import type { Ops } from '../language/ops.ts';
import { type Shaped, size } from '../tensor/shape.ts';
import { total } from './cross-entropy.ts';
import { logitsProblems, nameProblems, temperatureProblems } from './problems.ts';

/** Which divergence between teacher and student, at which temperature, over what it is averaged. */
export interface KlOptions {
  /** Both logits are divided by it; above 0. */
  readonly tau: number;
  /** `teacher-student` is KL(teacher ‖ student), what every implementation computes; the paper prints the other order. */
  readonly direction: 'teacher-student' | 'student-teacher';
  /** Divide the sum by B (`batchmean`), or by B·C (`numel`), as facebookresearch/deit: losses.py does. */
  readonly reduction: 'batchmean' | 'numel';
}

/**
 * Kullback–Leibler divergence of softened predictions: teacher `(B, C)`, student `(B, C)` → `()`.
 * No factor τ² is applied here. Source: Hinton et al. 2015 §2.
 *
 * At a high temperature the two distributions are nearly equal, and their difference loses digits: the relative error in
 * float64 is a few times τ² · 10⁻¹⁶ for logits that differ by 1, so some percent at τ = 10⁷, and nothing is left at 10⁸.
 *
 * @throws ShapeError when teacher and student are not `(B, C)` alike, or an option is invalid.
 * @example
 * const z = tensor([1, 2], [3, 1]);
 * kl(reference)({ tau: 1, direction: 'teacher-student', reduction: 'batchmean' }, z, z).data[0] // 0
 */
export const kl =
  <T extends Shaped>(o: Ops<T>) =>
  ({ tau, direction, reduction }: KlOptions, teacher: T, student: T): T => {
    const messages = [
      ...logitsProblems(['logits', teacher], ["the student's", student]),
      ...temperatureProblems(tau),
      ...nameProblems('direction', ['teacher-student', 'student-teacher'], direction),
      ...nameProblems('reduction', ['batchmean', 'numel'], reduction),
    ];
    if (messages.length > 0) return o.refuse({ operation: 'kl', messages, shape: [] }, teacher, student);
    const logits = direction === 'teacher-student' ? [teacher, student] : [student, teacher];
    const [p, q] = logits.map((z) => o.logSoftmax(o.scale(1 / tau, z)));
    const divisor = reduction === 'batchmean' ? teacher.shape[0] : size(teacher.shape);
    return o.scale(1 / divisor, total(o)(o.mul(o.unary('exp', p), o.sub(p, q))));
  };
