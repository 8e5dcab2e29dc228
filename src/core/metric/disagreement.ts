import { generate, ShapeError, type Tensor } from '../tensor/tensor.ts';

/**
 * Fraction of samples on which each pair of classifiers differs, as a symmetric matrix `(n, n)`: Table 4 of the paper,
 * with the ground truth, the teacher and the three classifiers of a model as decisions.
 *
 * @throws ShapeError when the classifiers did not all decide on the same number of samples, one at least.
 * @example
 * disagreement([[0, 1], [0, 0]]).data // [0, 0.5, 0.5, 0]
 */
export const disagreement = (decisions: readonly ArrayLike<number>[]): Tensor => {
  const n = decisions.length;
  const counts = decisions.map(({ length }) => length);
  if (counts.some((count) => count === 0 || count !== counts[0]))
    throw new ShapeError('disagreement', `every classifier decides on the same samples, one at least; got ${counts.join(', ')} decisions`);
  return generate([n, n], (at) => {
    const a = decisions[Math.floor(at / n)];
    const b = decisions[at % n];
    let differ = 0;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) differ++;
    return differ / a.length;
  });
};
