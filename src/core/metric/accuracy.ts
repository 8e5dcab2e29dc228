import { showShape } from '../tensor/shape.ts';
import { ShapeError, type Tensor } from '../tensor/tensor.ts';

/**
 * Percentage of rows whose label is among the k largest logits; of equal logits the first counts as larger, and NaN as larger than any number
 * (`torch.topk`), but a label whose own logit is NaN is wrong. z `(B, C)`, B labels.
 *
 * @throws ShapeError when z is not `(B, C)` of at least one row, or there is not one class as label for each row.
 * @example
 * topAccuracy(1, tensor([2, 2], [1, 0, 1, 0]), [0, 1]) // 50
 */
export const topAccuracy = (k: number, { shape, data }: Tensor, labels: ArrayLike<number>): number => {
  const [b, c] = shape;
  if (shape.length !== 2 || b === 0) throw new ShapeError('topAccuracy', `logits ${showShape(shape)} are not (B, C) with a row at least`);
  if (labels.length !== b) throw new ShapeError('topAccuracy', `logits ${showShape(shape)} need ${b} labels, got ${labels.length}`);
  let right = 0;
  for (let row = 0; row < b; row++) {
    const label = labels[row];
    if (!(Number.isInteger(label) && label >= 0 && label < c))
      throw new ShapeError('topAccuracy', `label ${label} of row ${row} is not a class in 0..${c - 1}`);
    const own = data[row * c + label];
    let above = 0;
    for (let j = 0; j < c; j++) if (!(data[row * c + j] < own || (data[row * c + j] === own && j >= label))) above++;
    if (above < k && !Number.isNaN(own)) right++;
  }
  return (100 * right) / b;
};
