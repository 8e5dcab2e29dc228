import { showValue } from '../text/show-value.ts';

/** Sizes of a tensor's axes, outermost first: `(B, N, D)` is `[B, N, D]`; a scalar is `[]`. */
export type Shape = readonly number[];

/** Anything whose shape is known. All that a program may ask of a tensor. */
export interface Shaped {
  readonly shape: Shape;
}

/**
 * Number of elements: the product of the axes, 1 for a scalar.
 *
 * @example
 * size([2, 3]) // 6
 */
export const size = (shape: Shape): number => {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
};

/**
 * Length of the last axis, 1 for a scalar.
 *
 * @example
 * last([2, 197, 192]) // 192
 */
export const last = (shape: Shape): number => shape[shape.length - 1] ?? 1;

/**
 * The shape without its last axis.
 *
 * @example
 * rows([2, 197, 192]) // [2, 197]
 */
export const rows = (shape: Shape): Shape => shape.slice(0, -1);

/**
 * Whether two shapes are the same, axis by axis.
 *
 * @example
 * sameShape([2, 3], [3, 2]) // false
 */
export const sameShape = (a: Shape, b: Shape): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/**
 * A shape as people write it: `(2, 197, 192)`.
 *
 * @example
 * showShape([2, 197, 192]) // '(2, 197, 192)'
 */
export const showShape = (shape: Shape): string => `(${shape.join(', ')})`;

/** Whether a number can be the length of an axis, or a place on one. */
export const isWhole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** What is wrong with a value as a shape, in one sentence. */
export const shapeProblem = (shape: unknown): string | undefined => {
  if (!Array.isArray(shape)) return `${showValue(shape)} is not a shape; give the lengths of its axes, as in [2, 3]`;
  return shape.every(isWhole) ? undefined : `${showShape(shape)} is not a shape: the length of an axis is a whole number, 0 or more`;
};

/** The order of axes that exchanges the last two. */
export const lastTwoSwapped = (rank: number): readonly number[] =>
  Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));

/** A copy of `shape` with axis `axis` set to `length`. */
export const withAxis = (shape: Shape, axis: number, length: number): Shape => {
  const out = shape.slice();
  for (let i = 0; i < out.length; i++) if (i === axis) out[i] = length;
  return out;
};

/** Distance between neighbours along each axis in row-major order. */
export const strides = (shape: Shape): Shape => {
  const out: number[] = new Array(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = step;
    step *= shape[axis] as number;
  }
  return out;
};

/** Where element `i` of the row-major order stands along each axis. */
export const indexAt = (shape: Shape, i: number): Shape => strides(shape).map((step, axis) => Math.floor(i / step) % shape[axis]);
