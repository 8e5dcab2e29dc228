import { type Shape, type Shaped, showShape, size } from '../core/tensor/shape.ts';
import { adopt, ShapeError, type Tensor } from '../core/tensor/tensor.ts';
import { type BigNumber, bigNumbers, exactly, nearest } from './big-number.ts';

/** A tensor of decimal numbers, row-major, immutable: what a tensor is for `precise`. */
export interface Precise extends Shaped {
  readonly data: readonly BigNumber[];
}

/**
 * A double tensor as decimal numbers, all digits of every element (55 for 0.1): nothing is rounded before the first operation.
 *
 * @example
 * String(toPrecise(tensor([1], [0.5])).data[0]) // '0.5'
 */
export const toPrecise = (t: Tensor): Precise => {
  const B = bigNumbers(17);
  return { shape: t.shape, data: Array.from(t.data, (x) => exactly(B, x)) };
};

/**
 * Each element rounded to the nearest double, ties to even.
 *
 * @example
 * fromPrecise(toPrecise(tensor([2], [0.1, 3]))).data // [0.1, 3]
 */
export const fromPrecise = (t: Precise): Tensor => adopt(t.shape, Float64Array.from(t.data, nearest));

/**
 * A tensor from decimal numbers, row-major; for inputs that no double holds, which `toPrecise` cannot give. The array is copied.
 *
 * @throws ShapeError when `data` does not hold `size(shape)` numbers.
 * @example
 * const tenth = preciseTensor([], [new (bigNumbers(20))('0.1')]);
 * String(precise(20).unary('exp', tenth).data[0]) // '1.1051709180756476248'
 * preciseTensor([2], []) // throws ShapeError
 */
export const preciseTensor = (shape: Shape, data: readonly BigNumber[]): Precise => {
  if (data.length !== size(shape))
    throw new ShapeError('preciseTensor', `shape ${showShape(shape)} holds ${size(shape)} numbers, got ${data.length}`);
  return { shape: [...shape], data: [...data] };
};
