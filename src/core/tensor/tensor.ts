import { showValue } from '../text/show-value.ts';
import { isWhole, type Shape, type Shaped, shapeProblem, showShape, size } from './shape.ts';

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
  /** Empty where the program itself is at fault. */
  readonly operation: string;
  /** @param where the part of the model (`blocks.3.`) that the operation is in */
  constructor(operation: string, message: string, where = '') {
    super(operation === '' ? message : `${where}${operation}: ${message}`);
    this.operation = operation;
  }
}

/** A shape of more numbers than a tensor holds: the same program would do on smaller ones. */
export class SizeError extends ShapeError {}

/** More numbers than any machine holds in one tensor: 16 GiB. */
export const MOST_NUMBERS = 2_147_483_648;

/**
 * `shape`, for a tensor all of whose numbers are to be stored.
 *
 * @throws ShapeError naming `operation`, and the part of the model that it is in, when it is not a shape or holds too many numbers.
 */
export const storable = (operation: string, shape: Shape, where = ''): Shape => {
  const problem = shapeProblem(shape);
  if (problem !== undefined) throw new ShapeError(operation, problem, where);
  if (size(shape) > MOST_NUMBERS)
    throw new SizeError(operation, `${showShape(shape)} holds ${size(shape)} numbers, more than ${MOST_NUMBERS}`, where);
  return shape;
};

/**
 * A tensor from a shape and numbers, which are copied: later changes to either do not reach it.
 *
 * @throws ShapeError when `data` does not hold `size(shape)` numbers.
 * @example
 * tensor([2, 2], [1, 2, 3, 4]).data[3] // 4
 */
export const tensor = (shape: Shape, data: ArrayLike<number>): Tensor => {
  const count = size(storable('tensor', shape));
  if (typeof data !== 'object' || data === null) throw new ShapeError('tensor', `its numbers must be an array, got ${showValue(data)}`);
  if (data.length !== count) throw new ShapeError('tensor', `shape ${showShape(shape)} holds ${count} numbers, got ${data.length}`);
  return adopt(shape, Float64Array.from(data));
};

/**
 * A tensor that takes over an array its caller has just allocated and will not touch again. The shape is copied.
 *
 * @example
 * adopt([2], Float64Array.of(1, 2)).data[1] // 2
 */
export const adopt = (shape: Shape, data: Float64Array): Tensor => ({ shape: [...shape], data: data as Floats });

/**
 * A tensor of one repeated value.
 *
 * @example
 * full([2], 0.5).data // [0.5, 0.5]
 */
export const full = (shape: Shape, value: number): Tensor => adopt(shape, new Float64Array(size(storable('full', shape))).fill(value));

/**
 * A tensor of zeros.
 *
 * @example
 * zeros([3]).data // [0, 0, 0]
 */
export const zeros = (shape: Shape): Tensor => adopt(shape, new Float64Array(size(storable('zeros', shape))));

/**
 * A tensor whose element at flat index `i` is `f(i)`.
 *
 * @example
 * generate([2, 2], (i) => i * i).data // [0, 1, 4, 9]
 */
export const generate = (shape: Shape, f: (i: number) => number): Tensor => {
  const out = new Float64Array(size(storable('generate', shape)));
  for (let i = 0; i < out.length; i++) out[i] = f(i);
  return adopt(shape, out);
};

/**
 * One row per label: 1 at the label, 0 elsewhere. `(B)` labels give `(B, classes)`.
 *
 * @throws ShapeError when a label is not a class, or `classes` not a whole number.
 * @example
 * oneHot(3, [2]).data // [0, 0, 1]
 */
export const oneHot = (classes: number, labels: ArrayLike<number>): Tensor => {
  if (!isWhole(classes)) throw new ShapeError('oneHot', `the number of classes must be a whole number, 0 or more, got ${classes}`);
  const out = new Float64Array(size(storable('oneHot', [labels.length, classes])));
  for (let b = 0; b < labels.length; b++) {
    const label = labels[b] as number;
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new ShapeError('oneHot', `label ${label} of row ${b} is not a class in 0..${classes - 1}`);
    out[b * classes + label] = 1;
  }
  return adopt([labels.length, classes], out);
};
