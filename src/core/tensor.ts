import { type Shape, type Shaped, showShape, size } from './shape.ts';

/** Float64 numbers that can be read and not written. */
export interface Floats extends ArrayLike<number>, Iterable<number> {
  /** A fresh, writable copy of `[from, to)`. */
  slice(from?: number, to?: number): Float64Array;
}

/**
 * A float64 array of known shape, row-major, immutable: its type offers no way to write.
 * It is what a tensor *is* for the reference interpreter.
 */
export interface Tensor extends Shaped {
  readonly data: Floats;
}

/**
 * A shape that does not fit: a mistake of the caller, named with the operation and the shapes.
 *
 * @example
 * reference.add(tensor([2], [1, 2]), tensor([3], [1, 2, 3])) // throws ShapeError: add
 */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly operation: string;
  constructor(operation: string, message: string) {
    super(`${operation}: ${message}`);
    this.operation = operation;
  }
}

/**
 * A tensor from numbers, which are copied: later changes to `data` do not reach it.
 *
 * @throws ShapeError when `data` does not hold `size(shape)` numbers.
 * @example
 * tensor([2, 2], [1, 2, 3, 4]).data[3] // 4
 */
export const tensor = (shape: Shape, data: ArrayLike<number>): Tensor => {
  if (data.length !== size(shape))
    throw new ShapeError('tensor', `shape ${showShape(shape)} holds ${size(shape)} numbers, got ${data.length}`);
  return { shape: [...shape], data: Float64Array.from(data) };
};

/**
 * A tensor that takes over an array its caller has just allocated and will not touch again.
 *
 * @example
 * adopt([2], Float64Array.of(1, 2)).data[1] // 2
 */
export const adopt = (shape: Shape, data: Float64Array): Tensor => ({ shape, data: data as Floats });

/**
 * A tensor of one repeated value.
 *
 * @example
 * full([2], 0.5).data // [0.5, 0.5]
 */
export const full = (shape: Shape, value: number): Tensor => adopt(shape, new Float64Array(size(shape)).fill(value));

/**
 * A tensor of zeros.
 *
 * @example
 * zeros([3]).data // [0, 0, 0]
 */
export const zeros = (shape: Shape): Tensor => adopt(shape, new Float64Array(size(shape)));

/**
 * A tensor whose element at flat index `i` is `f(i)`.
 *
 * @example
 * generate([2, 2], (i) => i * i).data // [0, 1, 4, 9]
 */
export const generate = (shape: Shape, f: (i: number) => number): Tensor => {
  const out = new Float64Array(size(shape));
  for (let i = 0; i < out.length; i++) out[i] = f(i);
  return adopt(shape, out);
};

/**
 * One row per label: 1 at the label, 0 elsewhere. `(B)` labels give `(B, classes)`.
 *
 * @throws ShapeError when a label is not a class.
 * @example
 * oneHot(3, [2]).data // [0, 0, 1]
 */
export const oneHot = (classes: number, labels: ArrayLike<number>): Tensor => {
  const out = new Float64Array(labels.length * classes);
  for (let b = 0; b < labels.length; b++) {
    const label = labels[b] as number;
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new ShapeError('oneHot', `label ${label} of row ${b} is not a class in 0..${classes - 1}`);
    out[b * classes + label] = 1;
  }
  return adopt([labels.length, classes], out);
};
