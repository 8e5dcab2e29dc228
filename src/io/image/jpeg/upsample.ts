import type { Component, Frame } from './frame.ts';

/** Writes one row of a component at the full width of the picture. */
export type RowReader = (y: number, out: Uint8ClampedArray) => void;

/**
 * Twice as many values by a triangle filter: each is three quarters of its own sample and a quarter of the nearer neighbour's, and the
 * two at the ends are their own samples. A sample of `row` has weight `2^shift / 4`; halves go down and up in turn, so that rounding does
 * not drift.
 */
const double = (row: ArrayLike<number>, n: number, shift: number, down: number, up: number, out: Uint8ClampedArray): void => {
  const at = (i: number): number => row[i] as number;
  out[0] = (4 * at(0) + down) >> shift;
  out[2 * n - 1] = (4 * at(n - 1) + up) >> shift;
  for (let i = 0; i < n; i++) {
    if (i > 0) out[2 * i] = (3 * at(i) + at(i - 1) + down) >> shift;
    if (i < n - 1) out[2 * i + 1] = (3 * at(i) + at(i + 1) + up) >> shift;
  }
};

/**
 * How the rows of a component are stretched to the size of the picture, as libjpeg-turbo does (`libjpeg-turbo: jdsample.c`): by a
 * triangle filter where a side is halved, by repetition where it is divided further or where a component halved in width is at most two
 * samples wide.
 *
 * @param plane its samples, `8 · component.columns` in a row
 */
export const rowReader = (frame: Frame, component: Component, plane: Uint8ClampedArray): RowReader => {
  const { width, height } = component;
  const stride = component.columns * 8;
  const across = frame.across / component.across;
  const down = frame.down / component.down;
  const row = (y: number): Uint8ClampedArray => {
    const inside = Math.min(height - 1, Math.max(0, y));
    return plane.subarray(inside * stride, inside * stride + width);
  };
  /** Three times the nearer row and once the other, for row `y` of the picture. */
  const blend = new Int32Array(width);
  const blended = (y: number): Int32Array => {
    const near = row(y >> 1);
    const far = row((y >> 1) + ((y & 1) === 0 ? -1 : 1));
    for (let i = 0; i < width; i++) blend[i] = 3 * (near[i] as number) + (far[i] as number);
    return blend;
  };
  if (across === 1 && down === 1) return (y, out) => out.set(row(y));
  if (across === 1 && down === 2)
    return (y, out) => {
      const sums = blended(y);
      const bias = (y & 1) === 0 ? 1 : 2;
      for (let i = 0; i < width; i++) out[i] = ((sums[i] as number) + bias) >> 2;
    };
  if (across === 2 && down === 1 && width > 2) return (y, out) => double(row(y), width, 2, 1, 2, out);
  if (across === 2 && down === 2 && width > 2) return (y, out) => double(blended(y), width, 4, 8, 7, out);
  return (y, out) => {
    const source = row(Math.floor(y / down));
    for (let x = 0; x < width * across; x++) out[x] = source[Math.floor(x / across)] as number;
  };
};
