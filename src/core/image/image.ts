import { ShapeError } from '../tensor/tensor.ts';

/** Bytes that can be read and not written. */
export interface Bytes extends ArrayLike<number>, Iterable<number> {
  /** A fresh, writable copy of `[from, to)`. */
  slice(from?: number, to?: number): Uint8Array;
}

/**
 * An sRGB image, 8 bits a channel: `data` is `(height, width, 3)` row-major, immutable like a `Tensor`.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  readonly data: Bytes;
}

/** Most pixels that any operation here makes at once: 64 Mi, 192 MiB of bytes. */
export const MAX_PIXELS = 67_108_864;

/**
 * Checks a size before memory is allocated for it.
 *
 * @throws ShapeError naming the operation when a side is not a positive integer or the area is over `MAX_PIXELS`.
 */
export const checkExtent = (operation: string, width: number, height: number): void => {
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0))
    throw new ShapeError(operation, `an image is at least one whole pixel wide and high, asked for width ${width} and height ${height}`);
  if (width * height > MAX_PIXELS)
    throw new ShapeError(operation, `width ${width} times height ${height} is over the limit of ${MAX_PIXELS} pixels`);
};

const checkBytes = (operation: string, data: ArrayLike<number>): void => {
  for (let i = 0; i < data.length; i++)
    if (!(Number.isInteger(data[i]) && data[i] >= 0 && data[i] <= 255))
      throw new ShapeError(operation, `a byte is a whole number from 0 to 255, got ${data[i]} at ${i}`);
};

/** An image that takes over an array its caller has just allocated and will not touch again. */
export const adoptImage = (width: number, height: number, data: Uint8Array): Image => ({ width, height, channels: 3, data: data as Bytes });

/**
 * An image from bytes `(height, width, 3)`, which are copied: later changes to `data` do not reach it.
 *
 * @throws ShapeError when `data` does not hold `height · width · 3` numbers, or they are not bytes.
 * @example
 * image(1, 1, [255, 0, 0]).data[0] // 255
 */
export const image = (width: number, height: number, data: ArrayLike<number>): Image => {
  checkExtent('image', width, height);
  if (data.length !== width * height * 3)
    throw new ShapeError('image', `width ${width} and height ${height} in RGB take ${width * height * 3} bytes, got ${data.length}`);
  checkBytes('image', data);
  return adoptImage(width, height, Uint8Array.from(data));
};

/**
 * An image of one colour.
 *
 * @example
 * plain(2, 1, [255, 0, 0]).data // [255, 0, 0, 255, 0, 0]
 */
export const plain = (width: number, height: number, colour: readonly [number, number, number]): Image => {
  checkExtent('plain', width, height);
  checkBytes('plain', colour);
  const [red, green, blue] = colour;
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = red;
    out[i + 1] = green;
    out[i + 2] = blue;
  }
  return adoptImage(width, height, out);
};

/** Rounds half to even, as Python's `round` and IEEE 754 do: 2.5 → 2, 3.5 → 4. */
export const roundHalfEven = (x: number): number => {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
};
