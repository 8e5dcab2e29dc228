import { type Shape, strides } from '../../core/tensor/shape.ts';

/**
 * How a tensor lies in a buffer: element `(i, j, …)` is at `offset + i · strides[0] + j · strides[1] + …`. Stride 0
 * repeats. Permuting, slicing, repeating and most reshaping change the view and move nothing.
 */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** One run of an axis group: `size` positions, `stride` apart. */
export interface Run {
  readonly size: number;
  readonly stride: number;
}

/** The row-major view of a whole buffer. */
export const dense = (shape: Shape): View => ({ shape, strides: strides(shape), offset: 0 });

/** Neighbouring axes joined where they are evenly spaced, axes of length 1 dropped; outermost first. */
export const runs = (shape: Shape, steps: readonly number[]): readonly Run[] => {
  const out: Run[] = [];
  for (const [axis, size] of shape.entries()) {
    const stride = steps[axis];
    const outer = out[out.length - 1];
    if (size === 1) continue;
    if (outer?.stride === size * stride) out[out.length - 1] = { size: outer.size * size, stride };
    else out.push({ size, stride });
  }
  return out;
};

/** Whether the view is all of a buffer of `length` elements, in order. */
export const isDense = (view: View, length: number): boolean => {
  const [run, ...more] = runs(view.shape, view.strides);
  return view.offset === 0 && more.length === 0 && (run === undefined ? length === 1 : run.stride === 1 && run.size === length);
};

/** Whether some element of the buffer is seen more than once. */
export const repeats = (view: View): boolean => view.shape.some((n, axis) => n > 1 && view.strides[axis] === 0);

/** Axis `i` of the result is axis `perm[i]`. */
export const permuted = (perm: readonly number[], v: View): View => ({
  shape: perm.map((axis) => v.shape[axis]),
  strides: perm.map((axis) => v.strides[axis]),
  offset: v.offset,
});

/** Indices `[from, to)` of `axis`. */
export const sliced = (axis: number, from: number, to: number, v: View): View => ({
  shape: v.shape.map((n, i) => (i === axis ? to - from : n)),
  strides: v.strides,
  offset: v.offset + from * v.strides[axis],
});

/** Repeated along new leading axes, until the shape is `shape`. */
export const tiled = (shape: Shape, v: View): View => ({
  shape,
  strides: [...new Array<number>(shape.length - v.shape.length).fill(0), ...v.strides],
  offset: v.offset,
});

/** Repeated along a new last axis. */
export const spread = (n: number, v: View): View => ({ shape: [...v.shape, n], strides: [...v.strides, 0], offset: v.offset });

/** The same elements in the same order under another shape; undefined when they would have to move. */
export const reshaped = (shape: Shape, v: View): View | undefined => {
  const parts = [...runs(v.shape, v.strides)];
  const out = new Array<number>(shape.length).fill(0);
  let run = parts.pop() ?? { size: 1, stride: 0 };
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis];
    if (n === 1) continue;
    if (run.size === 1) run = parts.pop() ?? run;
    if (run.size % n !== 0) return undefined;
    out[axis] = run.stride;
    run = { size: run.size / n, stride: run.stride * n };
  }
  return { shape, strides: out, offset: v.offset };
};
