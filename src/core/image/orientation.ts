import { ShapeError } from '../tensor/tensor.ts';
import { adoptImage, type Image } from './image.ts';

/** Where a camera says that the top of the picture is: 1 upright, 2 mirrored, 3 upside down … (Exif 2.32, tag 0x0112). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Whether rows become columns, and whether the source is then read from its last row or its last column. */
const readings: Readonly<Record<Orientation, readonly [swap: boolean, lastRow: boolean, lastColumn: boolean]>> = {
  1: [false, false, false],
  2: [false, false, true],
  3: [false, true, true],
  4: [false, true, false],
  5: [true, false, false],
  6: [true, true, false],
  7: [true, true, true],
  8: [true, false, true],
};

/**
 * Turns and mirrors an image so that it stands upright, as Pillow's `ImageOps.exif_transpose`.
 *
 * @throws ShapeError when the orientation is not one of the eight.
 * @example
 * orient(plain(3, 2, [0, 0, 0]), 6).width // 2
 */
export const orient = (image: Image, orientation: Orientation): Image => {
  if (!Object.hasOwn(readings, orientation)) throw new ShapeError('orient', `an orientation is a number from 1 to 8, got ${orientation}`);
  if (orientation === 1) return image;
  const [swap, lastRow, lastColumn] = readings[orientation];
  const width = swap ? image.height : image.width;
  const height = swap ? image.width : image.height;
  const row = lastRow ? -image.width : image.width;
  const column = lastColumn ? -1 : 1;
  const start = (lastRow ? (image.height - 1) * image.width : 0) + (lastColumn ? image.width - 1 : 0);
  const [down, right] = swap ? [column, row] : [row, column];
  const out = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (start + y * down + x * right) * 3;
      out[at++] = image.data[source] as number;
      out[at++] = image.data[source + 1] as number;
      out[at++] = image.data[source + 2] as number;
    }
  }
  return adoptImage(width, height, out);
};
