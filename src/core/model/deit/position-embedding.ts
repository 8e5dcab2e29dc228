import type { Ops } from '../../language/ops.ts';
import { isWhole, type Shape, type Shaped, showShape } from '../../tensor/shape.ts';
import { isSide, type Resampling, resamplingWeights } from '../resampling.ts';

/** Where a position embedding comes from and goes to; grids are (rows, columns). */
export interface Regrid {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Special tokens in front, which are copied. */
  readonly prefix: number;
  readonly variant: Resampling;
}

/** What is wrong with a change of grid, and with an embedding for it, in one sentence each. */
const regridProblems = ({ from, to, prefix }: Regrid, shape: Shape): readonly string[] => {
  const [h, w] = from;
  const fits = shape.length === 3 && shape[0] === 1 && shape[1] === prefix + h * w;
  return [
    ...[from, to].filter((grid) => !grid.every(isSide)).map((grid) => `grid ${showShape(grid)} is not two whole numbers above 0`),
    ...(isWhole(prefix) ? [] : [`prefix ${prefix} is not a whole number`]),
    ...(fits ? [] : [`${showShape(shape)} is not (1, ${prefix} + ${h}·${w}, D)`]),
  ];
};

/**
 * A position embedding for another grid of patches: `(1, prefix + h·w, D) → (1, prefix + h'·w', D)`. It is linear, one
 * matrix for the rows and one for the columns, so its gradient is that of a matrix product.
 *
 * @throws ShapeError when the embedding does not have `prefix + h·w` tokens, or a grid is not of whole numbers above 0.
 * @example
 * resizePositions(reference)({ from: [1, 1], to: [2, 1], prefix: 0, variant: 'facebook' }, tensor([1, 1, 1], [5])).data[1] // 5
 */
export const resizePositions =
  <T extends Shaped>(o: Ops<T>) =>
  (regrid: Regrid, embedding: T): T => {
    const { from: [h, w], to: [h2, w2], prefix, variant } = regrid; // biome-ignore format: one line
    const [, count, dim = 1] = embedding.shape;
    const messages = regridProblems(regrid, embedding.shape);
    if (messages.length > 0) {
      const shape = [1, prefix + h2 * w2, dim];
      return o.refuse({ operation: 'resizePositions', messages, shape, guess: true }, embedding);
    }
    const matrix = (from: number, to: number): T => {
      const { values, units } = resamplingWeights(variant, from, to);
      return o.constant([to, from], values.data, units.data);
    };
    const grid = o.reshape([h, w * dim], o.slice(1, prefix, count, embedding));
    const tall = o.permute([1, 0, 2], o.reshape([h2, w, dim], o.matmul(matrix(h, h2), grid)));
    const wide = o.reshape([w2, h2, dim], o.matmul(matrix(w, w2), o.reshape([w, h2 * dim], tall)));
    return o.concat(1, o.slice(1, 0, prefix, embedding), o.reshape([1, h2 * w2, dim], o.permute([1, 0, 2], wide)));
  };
