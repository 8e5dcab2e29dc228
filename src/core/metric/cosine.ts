import { last, rows, sameShape, showShape } from '../tensor/shape.ts';
import { generate, ShapeError, type Tensor } from '../tensor/tensor.ts';

/** The largest magnitude among the elements `[from, to)`. */
const largest = ({ data }: Tensor, from: number, to: number): number => {
  let most = 0;
  for (let j = from; j < to; j++) most = Math.max(most, Math.abs(data[j]));
  return most;
};

/**
 * Cosine similarity of vectors, row by row: `(…, D)` and `(…, D)` → `(…)`; 0 where a vector is 0. The paper compares the
 * class and distillation tokens so: 0.06 as learned inputs, 0.93 after the last layer (§4; facebookresearch/deit issue 111).
 *
 * @throws ShapeError when the shapes differ.
 * @example
 * cosineSimilarity(tensor([2], [1, 0]), tensor([2], [1, 1])).data[0] // 0.7071067811865475
 */
export const cosineSimilarity = (a: Tensor, b: Tensor): Tensor => {
  if (!sameShape(a.shape, b.shape))
    throw new ShapeError('cosineSimilarity', `shapes ${showShape(a.shape)} and ${showShape(b.shape)} differ`);
  const d = last(a.shape);
  return generate(rows(a.shape), (row) => {
    const [from, to] = [row * d, (row + 1) * d];
    // Each vector is divided by its largest element, so that no square is beyond the range of doubles, whatever the lengths.
    const [unitA, unitB] = [largest(a, from, to), largest(b, from, to)];
    if (unitA === 0 || unitB === 0) return 0;
    let ab = 0,
      aa = 0,
      bb = 0;
    for (let j = from; j < to; j++) {
      const [x, y] = [a.data[j] / unitA, b.data[j] / unitB];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / (Math.sqrt(aa) * Math.sqrt(bb));
  });
};
