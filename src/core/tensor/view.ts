import { type Shape, type Shaped, sameShape, size, strides } from './shape.ts';

/**
 * How a tensor lies in a buffer: element `(i, j, …)` is number `offset + i · strides[0] + j · strides[1] + …` of it. A stride of 0 repeats. Permuting,
 * slicing, repeating and most reshaping make another view of the same numbers and move none.
 *
 * What else a view has, as the buffer that it is of, the views made of it keep.
 */
export interface View extends Shaped {
  readonly strides: Shape;
  readonly offset: number;
}

/**
 * All of a buffer, row-major.
 *
 * @example
 * wholeView([2, 3]) // { shape: [2, 3], strides: [3, 1], offset: 0 }
 */
export const wholeView = (shape: Shape): View => ({ shape, strides: strides(shape), offset: 0 });

/** Axis `i` of the result is axis `perm[i]` of `v`. */
export const permuteView = <V extends View>(perm: readonly number[], v: V): V => ({
  ...v,
  shape: perm.map((axis) => v.shape[axis]),
  strides: perm.map((axis) => v.strides[axis]),
});

/** Indices `[from, to)` of `axis`. */
export const sliceView = <V extends View>(axis: number, from: number, to: number, v: V): V => ({
  ...v,
  shape: v.shape.map((n, i) => (i === axis ? to - from : n)),
  offset: v.offset + from * v.strides[axis],
});

/** Repeated along new leading axes, until the shape is `shape`. */
export const repeatLeadingView = <V extends View>(shape: Shape, v: V): V => ({
  ...v,
  shape,
  strides: [...new Array<number>(shape.length - v.shape.length).fill(0), ...v.strides],
});

/** Each element `n` times, along a new last axis. */
export const repeatLastView = <V extends View>(n: number, v: V): V => ({ ...v, shape: [...v.shape, n], strides: [...v.strides, 0] });

/** Neighbouring axes as one: `length` positions, and for each operand the numbers from one position to the next. */
export interface JoinedAxis {
  readonly length: number;
  readonly steps: Shape;
}

/**
 * The axes of `shape` that are longer than 1, neighbours joined where one step leads through both in every operand; outermost first. What a loop over
 * all elements has to count.
 *
 * @param operands the strides of each operand, all of this shape
 * @example
 * joinAxes([2, 1, 3, 4], [[12, 12, 4, 1]]) // [{ length: 24, steps: [1] }]
 */
export const joinAxes = (shape: Shape, operands: readonly Shape[]): readonly JoinedAxis[] => {
  const joined: JoinedAxis[] = [];
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const steps = operands.map((operand) => operand[axis]);
    const outer = joined.at(-1);
    if (outer?.steps.every((step, i) => step === steps[i] * length)) joined[joined.length - 1] = { length: outer.length * length, steps };
    else joined.push({ length, steps });
  });
  return joined;
};

/** Whether the elements are neighbours in row-major order, wherever the first is. */
export const isContiguous = ({ shape, strides: steps }: View): boolean => {
  const rowMajor = strides(shape);
  return size(shape) === 0 || shape.every((n, axis) => n === 1 || steps[axis] === rowMajor[axis]);
};

/** Whether the view is all of a buffer of `length` numbers, in order. */
export const isWholeView = (v: View, length: number): boolean => v.offset === 0 && size(v.shape) === length && isContiguous(v);

/** Whether some number of the buffer is seen more than once. */
export const hasRepeats = (v: View): boolean => size(v.shape) > 0 && v.shape.some((n, axis) => n > 1 && v.strides[axis] === 0);

/**
 * The same elements in the same order under another shape; `undefined` where they would have to move.
 *
 * @example
 * [reshapeView([6], wholeView([2, 3]))?.strides, reshapeView([6], permuteView([1, 0], wholeView([2, 3])))] // [[1], undefined]
 */
export const reshapeView = <V extends View>(shape: Shape, v: V): V | undefined => {
  if (sameShape(shape, v.shape)) return v;
  if (isContiguous(v)) return { ...v, shape, strides: strides(shape) };
  const out = new Array<number>(shape.length).fill(0);
  let axis = shape.length - 1;
  for (const { length, steps } of joinAxes(v.shape, [v.strides]).toReversed()) {
    let done = 1;
    while (axis >= 0 && (done < length || shape[axis] === 1)) {
      out[axis] = steps[0] * done;
      done *= shape[axis];
      axis--;
    }
    if (done !== length) return undefined;
  }
  return { ...v, shape, strides: out };
};
