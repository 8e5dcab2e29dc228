import { last, rows } from '../shape.ts';
import { generate, ShapeError, type Tensor } from '../tensor.ts';

/**
 * Cosine similarity of vectors, row by row: `(…, D)` and `(…, D)` → `(…)`; 0 where a vector is 0. The paper compares the
 * class and distillation tokens so: 0.06 as learned inputs, 0.93 after the last layer (§4; facebookresearch/deit issue 111).
 *
 * @throws ShapeError when the shapes differ.
 * @example
 * cosineSimilarity(tensor([2], [1, 0]), tensor([2], [1, 1])).data[0] // 0.7071067811865475
 */
export const cosineSimilarity = (a: Tensor, b: Tensor): Tensor => {
  if (a.shape.join() !== b.shape.join()) throw new ShapeError('cosineSimilarity', `shapes (${a.shape}) and (${b.shape}) differ`);
  const d = last(a.shape);
  return generate(rows(a.shape), (row) => {
    let ab = 0,
      aa = 0,
      bb = 0;
    for (let j = row * d; j < (row + 1) * d; j++) {
      ab += a.data[j] * b.data[j];
      aa += a.data[j] * a.data[j];
      bb += b.data[j] * b.data[j];
    }
    return aa === 0 || bb === 0 ? 0 : ab / (Math.sqrt(aa) * Math.sqrt(bb));
  });
};
