import { last, rows, type Shape, sameShape, showShape, size, withAxis } from './shape.ts';
import { ShapeError } from './tensor.ts';
import type { Attributes, OpName } from './uniform.ts';

/** The shape an operation gives, or would have given if not for `problem`. */
export interface Inferred {
  readonly shape: Shape;
  readonly problem?: string;
}
type Rule<A = unknown> = (attrs: A, shapes: readonly Shape[]) => Inferred;

const when = (bad: boolean, shape: Shape, problem: () => string): Inferred => (bad ? { shape, problem: problem() } : { shape });
const same: Rule = (_, [a = [], b = []]) =>
  when(
    !sameShape(a, b),
    a,
    () => `shapes ${showShape(a)} and ${showShape(b)} must be equal (there is no broadcasting; use tile or spread)`,
  );
const keep: Rule = (_, [a = []]) => ({ shape: a });
const dropLast: Rule = (_, [a = []]) => when(a.length === 0, [], () => 'a scalar () has no last axis');
const rowwise: Rule = (_, [a = []]) =>
  when(a.length === 0 || last(a) === 0, a, () => `needs a last axis of at least one element, got ${showShape(a)}`);
const hasAxis = (a: Shape, axis: number): boolean => Number.isInteger(axis) && axis >= 0 && axis < a.length;
const endsWith = (a: Shape, tail: Shape): boolean => sameShape(a.slice(Math.max(0, a.length - tail.length)), tail);
const sumRows: Rule = (attrs, shapes) => {
  const { problem } = dropLast(attrs, shapes);
  return { shape: rows(shapes[0] ?? []), ...(problem === undefined ? {} : { problem }) };
};

/** One rule an operation: a missing rule does not compile. */
const RULES: { readonly [K in OpName]: Rule<Attributes[K]> } = {
  constant: ([shape, data]) =>
    when(size(shape) !== data.length, shape, () => `shape ${showShape(shape)} holds ${size(shape)} numbers, got ${data.length}`),
  add: same,
  mul: same,
  div: same,
  sub: same,
  scale: keep,
  shift: keep,
  unary: keep,
  gelu: keep,
  tag: keep,
  matmul: (_, [a = [], b = []]) => {
    const [m = 0, k] = a.slice(-2),
      [k2, n = 0] = b.slice(-2);
    return when(
      a.length < 2 || k !== k2 || !sameShape(a.slice(0, -2), b.slice(0, -2)),
      [...a.slice(0, -2), m, n],
      () => `(…, M, K) @ (…, K, N) needs equal K and equal leading axes, got ${showShape(a)} @ ${showShape(b)}`,
    );
  },
  permute: ([perm], [a = []]) =>
    when(
      perm.length !== a.length || !a.every((_, i) => perm.includes(i)),
      perm.map((i) => a[i] ?? 1),
      () => `[${perm.join(', ')}] is not an order of the ${a.length} axes of ${showShape(a)}`,
    ),
  reshape: ([shape], [a = []]) =>
    when(size(shape) !== size(a), shape, () => `${showShape(a)} has ${size(a)} elements, ${showShape(shape)} has ${size(shape)}`),
  tile: ([shape], [a = []]) =>
    when(a.length > shape.length || !endsWith(shape, a), shape, () => `${showShape(shape)} does not end with ${showShape(a)}`),
  fold: ([shape], [a = []]) =>
    when(shape.length > a.length || !endsWith(a, shape), shape, () => `${showShape(a)} does not end with ${showShape(shape)}`),
  spread: ([n], [a = []]) => when(!(Number.isInteger(n) && n >= 0), [...a, n], () => `length ${n} is not a whole number`),
  sumLast: sumRows,
  mean: sumRows,
  peak: sumRows,
  slice: ([axis, from, to], [a = []]) =>
    when(
      !hasAxis(a, axis) || !(from >= 0 && from <= to && to <= (a[axis] as number)),
      withAxis(a, axis, to - from),
      () => `[${from}, ${to}) of axis ${axis} is outside ${showShape(a)}`,
    ),
  pad: ([axis, from, length], [a = []]) =>
    when(
      !hasAxis(a, axis) || !(from >= 0 && from + (a[axis] as number) <= length),
      withAxis(a, axis, length),
      () => `axis ${axis} of ${showShape(a)} does not fit at ${from} into length ${length}`,
    ),
  concat: ([axis], shapes) => {
    const [a = []] = shapes;
    return when(
      !shapes.every((b) => hasAxis(b, axis) && sameShape(withAxis(b, axis, 0), withAxis(a, axis, 0))) || shapes.length === 0,
      withAxis(
        a,
        axis,
        shapes.reduce((n, b) => n + (b[axis] ?? 0), 0),
      ),
      () => `parts ${shapes.map(showShape).join(', ')} must agree on every axis but ${axis}`,
    );
  },
  softmax: rowwise,
  logSoftmax: rowwise,
  layerNorm: (_, [x = [], gain = [], bias = []]) =>
    when(
      x.length === 0 || !sameShape(gain, [last(x)]) || !sameShape(bias, [last(x)]),
      x,
      () => `x ${showShape(x)} needs gain and bias (${last(x)}), got ${showShape(gain)} and ${showShape(bias)}`,
    ),
  linear: (_, [x = [], w = [], b]) =>
    when(
      x.length === 0 || w.length !== 2 || last(x) !== last(w) || (b !== undefined && !sameShape(b, [w[0] as number])),
      [...rows(x), w[0] ?? 0],
      () => `x (…, K), w (N, K), b (N) needed, got x ${showShape(x)}, w ${showShape(w)}${b === undefined ? '' : `, b ${showShape(b)}`}`,
    ),
  attention: (_, [q = [], k = [], v = []]) =>
    when(
      q.length < 2 || last(q) !== last(k) || !sameShape(rows(k), rows(v)) || !sameShape(q.slice(0, -2), k.slice(0, -2)),
      [...rows(q), last(v)],
      () => `q (…, M, d), k (…, N, d), v (…, N, e) needed, got ${[q, k, v].map(showShape).join(', ')}`,
    ),
};

/** The shape of `op` applied to tensors of `shapes`, with a problem where they do not fit. */
export const infer = (op: OpName, attrs: readonly unknown[], shapes: readonly Shape[]): Inferred => (RULES[op] as Rule)(attrs, shapes);

/**
 * The shape of `op` applied to tensors of `shapes`.
 *
 * @throws ShapeError naming the operation and the shapes, when they do not fit.
 */
export const checkedShape = (op: OpName, attrs: readonly unknown[], shapes: readonly Shape[]): Shape => {
  const { shape, problem } = infer(op, attrs, shapes);
  if (problem !== undefined) throw new ShapeError(op, problem);
  return shape;
};
