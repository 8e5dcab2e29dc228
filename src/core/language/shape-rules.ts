import { isWhole, last, rows, type Shape, sameShape, shapeProblem, showShape, size, withAxis } from '../tensor/shape.ts';
import { ShapeError } from '../tensor/tensor.ts';
import type { Attributes, OpName } from './signatures.ts';

/** What does not fit, in one sentence, with the shape that the result would have had. */
export interface Misfit {
  readonly shape: Shape;
  readonly problem: string;
  /** Whether `shape` is a guess: with the problem mended it may be another. @defaultValue false */
  readonly guess?: boolean;
}
/** The shape that an operation gives, or what does not fit. */
export type Inferred = Shape | Misfit;
type Rule<A = unknown> = (attrs: A, shapes: readonly Shape[]) => Inferred;

/** Whether arguments do not fit. */
export const isMisfit = (found: Inferred): found is Misfit => !Array.isArray(found);

const SCALAR: Shape = [];
const whole = (shape: Shape): Shape => shape.map((n) => (isWhole(n) ? n : 1));
const when = (bad: boolean, shape: Shape, problem: () => string, guess = true): Inferred =>
  bad ? { shape: whole(shape), problem: problem(), guess } : shape;
const same: Rule = (_, shapes) => {
  const [a, b] = [shapes[0] ?? SCALAR, shapes[1] ?? SCALAR];
  if (sameShape(a, b)) return a;
  const problem = `shapes ${showShape(a)} and ${showShape(b)} must be equal (there is no broadcasting; use repeatLeading or repeatLast)`;
  return { shape: a, problem, guess: true };
};
const keep: Rule = (_, shapes) => shapes[0] ?? SCALAR;
const rowwise: Rule = (_, [a = []]) =>
  when(a.length === 0 || last(a) === 0, a, () => `needs a last axis of at least one element, got ${showShape(a)}`);
/** Rules whose result has a shape that is given, which is copied. */
const into =
  <A extends readonly [Shape, ...unknown[]]>(problemOf: (attrs: A, a: Shape) => string | undefined): Rule<A> =>
  (attrs, [a = []]) => {
    const problem = shapeProblem(attrs[0]) ?? problemOf(attrs, a);
    return when(problem !== undefined, [...attrs[0]], () => problem as string, false);
  };
/** One number a row. */
const overRow: Rule = (attrs, shapes) => {
  const found = rowwise(attrs, shapes);
  const shape = rows(shapes[0] ?? SCALAR);
  return isMisfit(found) ? { ...found, shape } : shape;
};
const hasAxis = (a: Shape, axis: number): boolean => isWhole(axis) && axis < a.length;
const endsWith = (a: Shape, tail: Shape): boolean => {
  const before = a.length - tail.length;
  for (let i = 0; i < tail.length; i++) if (a[before + i] !== tail[i]) return false;
  return before >= 0;
};
const endProblem = (a: Shape, tail: Shape): string | undefined =>
  endsWith(a, tail) ? undefined : `${showShape(a)} does not end with ${showShape(tail)}`;

/** One rule an operation: a missing rule does not compile. */
const RULES: { readonly [K in OpName]: Rule<Attributes[K]> } = {
  constant: into(([shape, data, units = data]) => {
    const wrong = [data, units].find(({ length }) => length !== size(shape));
    return wrong && `shape ${showShape(shape)} holds ${size(shape)} numbers, got ${wrong.length}`;
  }),
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
    const apart = a.length < 2 || b.length < 2 || !sameShape(a.slice(0, -2), b.slice(0, -2));
    return when(
      apart || k !== k2,
      [...a.slice(0, -2), m, n],
      () => `(…, M, K) @ (…, K, N) needs equal K and equal leading axes, got ${showShape(a)} @ ${showShape(b)}`,
      apart,
    );
  },
  permute: ([perm], [a = []]) =>
    when(
      perm.length !== a.length || !a.every((_, i) => perm.includes(i)),
      perm.map((i) => a[i] ?? 1),
      () => `[${perm.join(', ')}] is not an order of the ${a.length} axes of ${showShape(a)}`,
    ),
  reshape: into(([shape], a) =>
    size(shape) === size(a) ? undefined : `${showShape(a)} has ${size(a)} elements, ${showShape(shape)} has ${size(shape)}`,
  ),
  repeatLeading: into(([shape], a) => endProblem(shape, a)),
  sumLeading: into(([shape], a) => endProblem(a, shape)),
  repeatLast: ([n], [a = []]) => when(!isWhole(n), [...a, n], () => `length ${n} is not a whole number`),
  sumLast: (_, [a = []]) => when(a.length === 0, rows(a), () => 'a scalar () has no last axis'),
  mean: overRow,
  maxLast: overRow,
  slice: ([axis, from, to], [a = []]) =>
    when(
      !(hasAxis(a, axis) && isWhole(from) && isWhole(to) && from <= to && to <= (a[axis] as number)),
      withAxis(a, axis, to - from),
      () => `[${from}, ${to}) of axis ${axis} is not a range of whole numbers inside ${showShape(a)}`,
    ),
  pad: ([axis, from, length], [a = []]) =>
    when(
      !(hasAxis(a, axis) && isWhole(from) && isWhole(length) && from + (a[axis] as number) <= length),
      withAxis(a, axis, length),
      () => `axis ${axis} of ${showShape(a)} does not fit at ${from} into length ${length} (all whole numbers)`,
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
      () =>
        shapes.length === 0
          ? 'at least one part is needed'
          : `parts ${shapes.map(showShape).join(', ')} must have an axis ${axis} and agree on every other`,
    );
  },
  softmax: rowwise,
  logSoftmax: rowwise,
  layerNorm: (attrs, shapes) => {
    const [x = [], gain = [], bias = []] = shapes;
    const found = rowwise(attrs, shapes);
    if (isMisfit(found)) return found;
    return when(
      gain.length !== 1 || bias.length !== 1 || gain[0] !== last(x) || bias[0] !== last(x),
      x,
      () => `x ${showShape(x)} needs gain and bias (${last(x)}), got ${showShape(gain)} and ${showShape(bias)}`,
      false,
    );
  },
  linear: (_, [x = [], w = [], b]) => {
    const disagree = w.length !== 2 || (b !== undefined && !sameShape(b, [w[0] as number]));
    return when(
      disagree || x.length === 0 || last(x) !== last(w),
      [...rows(x), (disagree ? b?.[0] : undefined) ?? w[0] ?? 1],
      () => `x (…, K), w (N, K), b (N) needed, got x ${showShape(x)}, w ${showShape(w)}${b === undefined ? '' : `, b ${showShape(b)}`}`,
      disagree || x.length === 0,
    );
  },
  attention: (_, [q = [], k = [], v = []]) => {
    const apart = q.length < 2 || !sameShape(q.slice(0, -2), k.slice(0, -2)) || v.length < 2;
    return when(
      apart || last(q) !== last(k) || !sameShape(rows(k), rows(v)) || last(rows(k)) === 0,
      [...rows(q), last(v)],
      () => `q (…, M, d), k (…, N, d), v (…, N, e) with N above 0 needed, got ${[q, k, v].map(showShape).join(', ')}`,
      apart,
    );
  },
};

/** The rule of an operation, for those that ask it often. */
export const shapeRule = (op: OpName): Rule => RULES[op] as Rule;

/** The shape of `op` applied to tensors of `shapes`, or what does not fit. What `argumentProblem` finds is not looked for again. */
export const infer = (op: OpName, attrs: readonly unknown[], shapes: readonly Shape[]): Inferred => shapeRule(op)(attrs, shapes);

/**
 * The shape of `op` applied to tensors of `shapes`.
 *
 * @throws ShapeError naming the operation and the shapes, when they do not fit.
 */
export const checkedShape = (op: OpName, attrs: readonly unknown[], shapes: readonly Shape[]): Shape => {
  const found = infer(op, attrs, shapes);
  if (isMisfit(found)) throw new ShapeError(op, found.problem);
  return found;
};
