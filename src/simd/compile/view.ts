import { type Shape, type Shaped, sameShape, size, strides } from '../../core/tensor/shape.ts';

/**
 * A value of a plan: numbers of a buffer, element `(i, j, …)` at `offset + i·strides[0] + j·strides[1] + …`, in elements. Reordering, cutting and
 * repeating a value only changes how it is looked at; a stride of 0 repeats.
 */
export interface View extends Shaped {
  readonly buffer: number;
  readonly offset: number;
  readonly strides: Shape;
}

/** The numbers of a buffer from its start, row-major. */
export const wholeView = (buffer: number, shape: Shape): View => ({ shape, buffer, offset: 0, strides: strides(shape) });

/** Whether the elements stand side by side in row-major order. */
export const isContiguous = ({ shape, strides: steps }: View): boolean => {
  const plain = strides(shape);
  return size(shape) === 0 || shape.every((length, axis) => length === 1 || steps[axis] === plain[axis]);
};

export const permuteView = (perm: readonly number[], a: View): View => ({
  ...a,
  shape: perm.map((axis) => a.shape[axis]),
  strides: perm.map((axis) => a.strides[axis]),
});

export const sliceView = (axis: number, from: number, to: number, a: View): View => ({
  ...a,
  shape: a.shape.map((length, i) => (i === axis ? to - from : length)),
  offset: a.offset + from * a.strides[axis],
});

/** `a` again and again along new leading axes. */
export const tileView = (shape: Shape, a: View): View => ({
  ...a,
  shape,
  strides: [...shape.slice(0, shape.length - a.shape.length).map(() => 0), ...a.strides],
});

/** Each number `n` times along a new last axis. */
export const spreadView = (n: number, a: View): View => ({ ...a, shape: [...a.shape, n], strides: [...a.strides, 0] });

/** The axes longer than 1, neighbours joined where one step leads through both in every operand. Outermost first, at least one axis. */
export const joinAxes = (shape: Shape, operands: readonly Shape[]): readonly { readonly length: number; readonly steps: Shape }[] => {
  const joined: { length: number; steps: Shape }[] = [];
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const steps = operands.map((operand) => operand[axis]);
    const before = joined.at(-1);
    if (before?.steps.every((step, i) => step === steps[i] * length)) joined[joined.length - 1] = { length: before.length * length, steps };
    else joined.push({ length, steps });
  });
  return joined.length > 0 ? joined : [{ length: 1, steps: operands.map(() => 1) }];
};

/** The same elements in another shape without moving them, where that can be. */
export const reshapeView = (shape: Shape, a: View): View | undefined => {
  if (sameShape(shape, a.shape)) return a;
  if (size(shape) === 0 || isContiguous(a)) return { ...a, shape, strides: strides(shape) };
  const from = joinAxes(a.shape, [a.strides]);
  const steps: number[] = new Array(shape.length).fill(0);
  let axis = shape.length - 1;
  for (const {
    length,
    steps: [step],
  } of [...from].reverse()) {
    let done = 1;
    while (axis >= 0 && (done < length || shape[axis] === 1)) {
      steps[axis] = step * done;
      done *= shape[axis];
      axis--;
    }
    if (done !== length) return undefined;
  }
  return { ...a, shape, strides: steps };
};
