import { isWhole, last, rows, type Shape, sameShape, shapeProblem, showShape, size, withAxis } from '../tensor/shape.ts';
import { ShapeError } from '../tensor/tensor.ts';
import { endsWith, hasAxis, isOrder, isRange, isRow, sameBatch } from './shape-predicates.ts';
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
/** What an operation asks of its arguments, and what it gives. */
interface Rule<A = unknown> {
  /** Asked at every call: it makes no array, and takes none apart by destructuring, which costs as much as the numbers of a small tensor. */
  readonly fits: (attrs: A, shapes: readonly Shape[]) => boolean;
  /** The shape of the result; of arguments that do not fit, the likeliest. */
  readonly shape: (attrs: A, shapes: readonly Shape[]) => Shape;
  /** What does not fit, where something does not. */
  readonly problem: (attrs: A, shapes: readonly Shape[]) => string;
  /** Whether the shape of what does not fit is a guess. @defaultValue true */
  readonly guess?: (attrs: A, shapes: readonly Shape[]) => boolean;
}

/** Whether arguments do not fit. */
export const isMisfit = (found: Inferred): found is Misfit => !Array.isArray(found);

const SCALAR: Shape = [];
const first = (shapes: readonly Shape[]): Shape => shapes[0] ?? SCALAR;
const second = (shapes: readonly Shape[]): Shape => shapes[1] ?? SCALAR;
const third = (shapes: readonly Shape[]): Shape => shapes[2] ?? SCALAR;
const never = (): boolean => false;

const same: Rule = {
  fits: (_, shapes) => sameShape(first(shapes), second(shapes)),
  shape: (_, shapes) => first(shapes),
  problem: (_, [a = [], b = []]) =>
    `shapes ${showShape(a)} and ${showShape(b)} must be equal (there is no broadcasting; use repeatLeading or repeatLast)`,
};
const keep: Rule = { fits: () => true, shape: (_, shapes) => first(shapes), problem: () => '' };
const rowwise: Rule = {
  fits: (_, shapes) => first(shapes).length > 0 && last(first(shapes)) !== 0,
  shape: (_, shapes) => first(shapes),
  problem: (_, shapes) => `needs a last axis of at least one element, got ${showShape(first(shapes))}`,
};
/** One number a row. */
const overRow: Rule = { ...rowwise, shape: (_, shapes) => rows(first(shapes)) };
/** Rules whose result has a shape that is given, which is copied. */
const into = <A extends readonly [Shape, ...unknown[]]>(problemOf: (attrs: A, a: Shape) => string | undefined): Rule<A> => {
  const problem = (attrs: A, shapes: readonly Shape[]) => shapeProblem(attrs[0]) ?? problemOf(attrs, first(shapes));
  return {
    fits: (attrs, shapes) => problem(attrs, shapes) === undefined,
    shape: ([shape]) => [...shape],
    problem: (attrs, shapes) => problem(attrs, shapes) as string,
    guess: never,
  };
};
const endProblem = (a: Shape, tail: Shape): string | undefined =>
  endsWith(a, tail) ? undefined : `${showShape(a)} does not end with ${showShape(tail)}`;

/** Whether the leading axes of two factors disagree. */
const factorsApart = (_: unknown, shapes: readonly Shape[]): boolean =>
  first(shapes).length < 2 || !sameBatch(first(shapes), second(shapes));
const linearApart = (_: unknown, [x = [], w = [], b]: readonly Shape[]): boolean =>
  x.length === 0 || w.length !== 2 || (b !== undefined && !isRow(b, w[0]));
const attentionApart = (_: unknown, [q = [], k = [], v = []]: readonly Shape[]): boolean =>
  q.length < 2 || !sameShape(q.slice(0, -2), k.slice(0, -2)) || v.length < 2;

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
  matmul: {
    fits: (attrs, shapes) => !factorsApart(attrs, shapes) && last(first(shapes)) === second(shapes)[second(shapes).length - 2],
    shape: (_, [a = [], b = []]) => {
      const [m = 0] = a.slice(-2);
      const [, n = 0] = b.slice(-2);
      return [...a.slice(0, -2), m, n];
    },
    problem: (_, [a = [], b = []]) => `(…, M, K) @ (…, K, N) needs equal K and equal leading axes, got ${showShape(a)} @ ${showShape(b)}`,
    guess: factorsApart,
  },
  permute: {
    fits: (attrs, shapes) => isOrder(attrs[0], first(shapes).length),
    shape: ([perm], [a = []]) => perm.map((i) => a[i] ?? 1),
    problem: ([perm], [a = []]) => `[${perm.join(', ')}] is not an order of the ${a.length} axes of ${showShape(a)}`,
  },
  reshape: into(([shape], a) =>
    size(shape) === size(a) ? undefined : `${showShape(a)} has ${size(a)} elements, ${showShape(shape)} has ${size(shape)}`,
  ),
  repeatLeading: into(([shape], a) => endProblem(shape, a)),
  sumLeading: into(([shape], a) => endProblem(a, shape)),
  repeatLast: {
    fits: (attrs) => isWhole(attrs[0]),
    shape: ([n], [a = []]) => [...a, n],
    problem: ([n]) => `length ${n} is not a whole number`,
  },
  sumLast: {
    fits: (_, shapes) => first(shapes).length > 0,
    shape: (_, shapes) => rows(first(shapes)),
    problem: () => 'a scalar () has no last axis',
  },
  mean: overRow,
  maxLast: overRow,
  slice: {
    fits: (attrs, shapes) => hasAxis(first(shapes), attrs[0]) && isRange(attrs[1], attrs[2], first(shapes)[attrs[0]]),
    shape: ([axis, from, to], [a = []]) => withAxis(a, axis, to - from),
    problem: ([axis, from, to], [a = []]) => `[${from}, ${to}) of axis ${axis} is not a range of whole numbers inside ${showShape(a)}`,
  },
  pad: {
    fits: (attrs, shapes) =>
      hasAxis(first(shapes), attrs[0]) && isWhole(attrs[1]) && isWhole(attrs[2]) && attrs[1] + first(shapes)[attrs[0]] <= attrs[2],
    shape: ([axis, , length], [a = []]) => withAxis(a, axis, length),
    problem: ([axis, from, length], [a = []]) =>
      `axis ${axis} of ${showShape(a)} does not fit at ${from} into length ${length} (all whole numbers)`,
  },
  concat: {
    fits: ([axis], shapes) => {
      const rest = withAxis(first(shapes), axis, 0);
      return shapes.length > 0 && shapes.every((b) => hasAxis(b, axis) && sameShape(withAxis(b, axis, 0), rest));
    },
    shape: ([axis], shapes) => {
      const length = shapes.reduce((n, b) => n + (b[axis] ?? 0), 0);
      return withAxis(first(shapes), axis, length);
    },
    problem: ([axis], shapes) =>
      shapes.length === 0
        ? 'at least one part is needed'
        : `parts ${shapes.map(showShape).join(', ')} must have an axis ${axis} and agree on every other`,
  },
  softmax: rowwise,
  logSoftmax: rowwise,
  layerNorm: {
    fits: (attrs, shapes) => {
      const width = last(first(shapes));
      return rowwise.fits(attrs, shapes) && isRow(second(shapes), width) && isRow(third(shapes), width);
    },
    shape: (_, shapes) => first(shapes),
    problem: (attrs, shapes) => {
      if (!rowwise.fits(attrs, shapes)) return rowwise.problem(attrs, shapes);
      const [x, gain, bias] = [first(shapes), second(shapes), third(shapes)];
      return `x ${showShape(x)} needs gain and bias (${last(x)}), got ${showShape(gain)} and ${showShape(bias)}`;
    },
    guess: (attrs, shapes) => !rowwise.fits(attrs, shapes),
  },
  linear: {
    fits: (attrs, shapes) => !linearApart(attrs, shapes) && last(first(shapes)) === last(second(shapes)),
    shape: (_, [x = [], w = [], b]) => {
      const disagree = w.length !== 2 || (b !== undefined && !isRow(b, w[0]));
      return [...rows(x), (disagree ? b?.[0] : undefined) ?? w[0] ?? 1];
    },
    problem: (_, [x = [], w = [], b]) =>
      `x (…, K), w (N, K), b (N) needed, got x ${showShape(x)}, w ${showShape(w)}${b === undefined ? '' : `, b ${showShape(b)}`}`,
    guess: linearApart,
  },
  attention: {
    fits: (attrs, shapes) => {
      const [q, k, v] = [first(shapes), second(shapes), third(shapes)];
      return !attentionApart(attrs, shapes) && last(q) === last(k) && sameShape(rows(k), rows(v)) && last(rows(k)) !== 0;
    },
    shape: (_, [q = [], , v = []]) => [...rows(q), last(v)],
    problem: (_, [q = [], k = [], v = []]) =>
      `q (…, M, d), k (…, N, d), v (…, N, e) with N above 0 needed, got ${[q, k, v].map(showShape).join(', ')}`,
    guess: attentionApart,
  },
};

/** Whether the arguments of an operation fit each other, for those that ask it often. */
export const fitOf = (op: OpName): Rule['fits'] => (RULES[op] as Rule).fits;

/** The shape of `op` applied to tensors of `shapes`, or what does not fit. What `argumentProblem` finds is not looked for again. */
export const infer = (op: OpName, attrs: readonly unknown[], shapes: readonly Shape[]): Inferred => {
  const rule = RULES[op] as Rule;
  const shape = rule.shape(attrs, shapes);
  if (rule.fits(attrs, shapes)) return shape;
  const likeliest = shape.map((n) => (isWhole(n) ? n : 1));
  return { shape: likeliest, problem: rule.problem(attrs, shapes), guess: rule.guess?.(attrs, shapes) ?? true };
};

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
