import type { Tensor } from '../tensor.ts';

/**
 * Percentage of rows whose label is among the k largest logits; of equal logits the first counts as larger.
 * z `(B, C)`, B labels.
 *
 * @example
 * topAccuracy(1, tensor([2, 2], [1, 0, 1, 0]), [0, 1]) // 50
 */
export const topAccuracy = (k: number, { shape: [b, c], data }: Tensor, labels: ArrayLike<number>): number => {
  let right = 0;
  for (let row = 0; row < b; row++) {
    const label = labels[row];
    const own = data[row * c + label];
    let above = 0;
    for (let j = 0; j < c; j++) if (data[row * c + j] > own || (data[row * c + j] === own && j < label)) above++;
    if (above < k) right++;
  }
  return (100 * right) / b;
};
