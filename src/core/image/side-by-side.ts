import { ShapeError } from '../tensor/tensor.ts';
import { adoptImage, checkExtent, type Image } from './image.ts';

/**
 * Images in a row from left to right, tops aligned, on white, with `gap` pixels between neighbours.
 *
 * @throws ShapeError when there is no image, the gap is not a whole number ≥ 0, or the row is over `MAX_PIXELS`.
 * @example
 * sideBySide([plain(10, 4, [0, 0, 0]), plain(20, 8, [9, 9, 9])], 8).width // 38
 */
export const sideBySide = (images: readonly Image[], gap: number): Image => {
  if (images.length === 0 || !(Number.isSafeInteger(gap) && gap >= 0))
    throw new ShapeError('sideBySide', `needs an image and a gap of whole pixels, got ${images.length} images and a gap of ${gap}`);
  const width = images.reduce((sum, image) => sum + image.width, gap * (images.length - 1));
  const height = images.reduce((most, image) => Math.max(most, image.height), 0);
  checkExtent('sideBySide', width, height);
  const out = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const image of images) {
    for (let y = 0; y < image.height; y++) {
      const to = (y * width + left) * 3;
      const from = y * image.width * 3;
      for (let i = 0; i < image.width * 3; i++) out[to + i] = image.data[from + i] as number;
    }
    left += image.width + gap;
  }
  return adoptImage(width, height, out);
};
