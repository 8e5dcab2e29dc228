import { ShapeError } from '../tensor/tensor.ts';
import { showValue } from '../text/show-value.ts';
import { adoptImage, checkExtent, type Image, roundHalfEven } from './image.ts';
import { type Interpolation, resize } from './resize.ts';

/** A rectangle of an image, in whole pixels; it may reach beyond the image. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The part of an image inside a box; what lies outside the image is black (as Pillow's `crop`).
 *
 * @throws ShapeError when a side of the box is not a positive integer, or its top or left no integer.
 * @example
 * crop(plain(4, 4, [9, 9, 9]), { top: 3, left: 0, height: 2, width: 1 }).data // [9, 9, 9, 0, 0, 0]
 */
export const crop = (image: Image, { top, left, height, width }: Box): Image => {
  checkExtent('crop', width, height);
  const broken = Object.entries({ top, left }).filter(([, at]) => !Number.isSafeInteger(at));
  if (broken.length > 0)
    throw new ShapeError(
      'crop',
      `top and left are whole pixels, got ${broken.map(([side, at]) => `${side} ${showValue(at)}`).join(' and ')}`,
    );
  const out = new Uint8Array(width * height * 3);
  const from = Math.max(0, -left);
  const to = Math.min(width, image.width - left);
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
    const source = ((y + top) * image.width + left) * 3;
    for (let i = from * 3; i < to * 3; i++) out[y * width * 3 + i] = image.data[source + i] as number;
  }
  return adoptImage(width, height, out);
};

// Rounding to even agrees with padding too: a margin of 2k+1 pixels puts k of them above, as torchvision's integer division does.
const offset = (outer: number, inner: number): number =>
  outer < inner ? -Math.floor((inner - outer) / 2) : roundHalfEven((outer - inner) / 2);

/**
 * The middle `height × width` pixels. A margin of odd length is halved to the even neighbour, as Python's `round` does;
 * an image that is too small is padded with black on both sides, the odd pixel at the end (torchvision's `CenterCrop`).
 *
 * @throws ShapeError when a side is not a positive integer.
 * @example
 * centerCrop(image(3, 1, [1, 1, 1, 2, 2, 2, 3, 3, 3]), 1).data // [2, 2, 2]
 */
export const centerCrop = (image: Image, height: number, width: number = height): Image => {
  checkExtent('centerCrop', width, height);
  return crop(image, { top: offset(image.height, height), left: offset(image.width, width), height, width });
};

/**
 * A box of the image, resized to `height × width`: the geometry of RandomResizedCrop (torchvision's `resized_crop`).
 *
 * @example
 * resizedCrop(plain(40, 30, [9, 9, 9]), { top: 3, left: 5, height: 14, width: 18 }, 16, 16).width // 16
 */
export const resizedCrop = (image: Image, box: Box, height: number, width: number, interpolation: Interpolation = 'bicubic'): Image =>
  resize(crop(image, box), width, height, interpolation);
