import fc from 'fast-check';
import { UNARY, type Unary } from '../src/core/language/ops.ts';
import type { OpName } from '../src/core/language/signatures.ts';
import { type Shape, withAxis } from '../src/core/tensor/shape.ts';
import { type DrawnAxes, UNLIKE } from './axes.ts';
import { drawnLengths, drawnOrders, drawTensor, TENSOR_FAMILIES, type TensorFamily, type TensorSpec, tensorSpecs } from './tensor-spec.ts';

/** One operation with its attributes and the specs of its tensors. */
export interface CallSpec {
  readonly op: OpName;
  /** The arguments that are not tensors, in order: the axis, the factor, the eps. */
  readonly attrs: readonly unknown[];
  /** The tensors, in order. */
  readonly args: readonly TensorSpec[];
}

/** Arguments that each scalar function is defined for, and where it is hard. */
const DOMAIN: { readonly [F in Unary]: readonly TensorFamily[] } = {
  exp: ['integers', 'plain', 'full', 'small-variance', 'tail', 'far'],
  expm1: ['integers', 'plain', 'full', 'small-variance', 'tail', 'far'],
  log: ['positive'],
  log1p: ['positive'],
  erf: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  erfc: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  cdf: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  gelu: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  sqrt: ['positive'],
  rsqrt: ['positive'],
};
const FACTORS = [1, -2, 0.5, 3, -0.375, 1 / 3, 1e-6];
export const EPS = [1e-6, 1e-5, 1e-12, 1e-3];

type Families = readonly TensorFamily[];
/** Those of `families` that a function is defined for, or all that it is defined for, where none of these is among them. */
const defined = (f: Unary, families: Families): Families => {
  const both = DOMAIN[f].filter((family) => families.includes(family));
  return both.length > 0 ? both : DOMAIN[f];
};
const some = (op: OpName, attrs: readonly unknown[], at: readonly Shape[], families: Families): fc.Arbitrary<CallSpec> =>
  fc.tuple(...at.map((shape) => tensorSpecs(shape, families))).map((args) => ({ op, attrs, args }));
const like =
  (op: OpName, count: number, min: number) =>
  (families: Families, { shapes }: DrawnAxes) =>
    shapes(min, 4).chain((shape) => some(op, [], Array(count).fill(shape), families));
/** A shape and how many of its leading axes, none and all of them included. */
const leadingOf = ({ shapes }: DrawnAxes, min: number, max: number) =>
  shapes(min, max).chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length)));
const axisOf = ({ shapes }: DrawnAxes, min: number, max: number) =>
  shapes(min, max).chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1)));

/** Ways to write the elements of a shape as another. */
const regrouped = (shape: Shape): readonly Shape[] => {
  const [a, b, c] = shape;
  return [[a * b, c], [c, a, b], [a, b * c], [a * b * c], [b, a, 1, c]];
}; // biome-ignore format: one line

const CALLS: { readonly [K in OpName]: (families: Families, axes: DrawnAxes) => fc.Arbitrary<CallSpec> } = {
  constant: (families, { shapes }) => shapes(0, 3).chain((shape) => tensorSpecs(shape, families).map((r) => ({ op: 'constant', attrs: [shape, [...drawTensor(r).data]], args: [] }))),
  add: like('add', 2, 0),
  sub: like('sub', 2, 0),
  mul: like('mul', 2, 0),
  div: like('div', 2, 0),
  scale: (families, { shapes }) => fc.tuple(fc.constantFrom(...FACTORS), shapes(0, 3)).chain(([c, shape]) => some('scale', [c], [shape], families)),
  shift: (families, { shapes }) => fc.tuple(fc.constantFrom(...FACTORS), shapes(0, 3)).chain(([c, shape]) => some('shift', [c], [shape], families)),
  unary: (families, { shapes }) => fc.tuple(fc.constantFrom(...UNARY), shapes(0, 3)).chain(([f, shape]) => some('unary', [f], [shape], defined(f, families))),
  matmul: (families, { leading }) => leading(3).chain(({ lead, rest: [m, k, n] }) => some('matmul', [], [[...lead, m, k], [...lead, k, n]], families)),
  permute: (families, { shapes }) => shapes(2, 4).chain((shape) => drawnOrders(shape.length).chain((perm) => some('permute', [perm], [shape], families))),
  reshape: (families, { shapes }) => shapes(3, 3).chain((shape) => fc.constantFrom(...regrouped(shape)).chain((to) => some('reshape', [to], [shape], families))),
  repeatLeading: (families, axes) => leadingOf(axes, 1, 4).chain(([shape, keep]) => some('repeatLeading', [shape], [shape.slice(keep)], families)),
  sumLeading: (families, axes) => leadingOf(axes, 1, 4).chain(([shape, keep]) => some('sumLeading', [shape.slice(keep)], [shape], families)),
  repeatLast: (families, { shapes }) => shapes(1, 4).chain((shape) => some('repeatLast', [shape[shape.length - 1]], [shape.slice(0, -1)], families)),
  sumLast: like('sumLast', 1, 1),
  slice: (families, axes) =>
    axisOf(axes, 1, 4).chain(([shape, axis]) =>
      fc.tuple(fc.nat(shape[axis] - 1), fc.nat(shape[axis] - 1)).chain(([i, j]) => some('slice', [axis, Math.min(i, j), Math.max(i, j) + 1], [shape], families)),
    ),
  pad: (families, axes) =>
    axisOf(axes, 1, 4).chain(([shape, axis]) => fc.tuple(fc.nat(3), fc.nat(3)).chain(([from, after]) => some('pad', [axis, from, from + shape[axis] + after], [shape], families))),
  concat: (families, axes) =>
    axisOf(axes, 1, 3).chain(([shape, axis]) => drawnLengths(3).chain((lengths) => fc.integer({ min: 1, max: 3 }).chain((parts) => some('concat', [axis], lengths.slice(0, parts).map((n) => withAxis(shape, axis, n)), families)))),
  maxLast: like('maxLast', 1, 1),
  tag: (families, { shapes }) => shapes(0, 3).chain((shape) => some('tag', ['here'], [shape], families)),
  mean: like('mean', 1, 1),
  softmax: like('softmax', 1, 1),
  logSoftmax: like('logSoftmax', 1, 1),
  gelu: (families, { shapes }) => shapes(0, 3).chain((shape) => some('gelu', [], [shape], defined('gelu', families))),
  layerNorm: (families, { shapes }) =>
    fc.tuple(shapes(1, 3), fc.constantFrom(...EPS)).chain(([shape, eps]) => {
      const d = shape.slice(-1);
      return fc.tuple(tensorSpecs(shape, families), tensorSpecs(d, ['plain']), tensorSpecs(d, ['plain'])).map((args) => ({ op: 'layerNorm', attrs: [eps], args }));
    }),
  linear: (families, { leading }) =>
    fc.tuple(leading(3), fc.boolean()).chain(([{ lead, rest: [m, k, n] }, bias]) => some('linear', [], [[...lead, m, k], [n, k], ...(bias ? [[n]] : [])], families)),
  attention: (families, { leading }) =>
    fc.tuple(leading(4), fc.constantFrom(0.5, 1, 0.125, 1 / 3)).chain(([{ lead, rest: [m, n, d, e] }, scale]) =>
      some('attention', [scale], [[...lead, m, d], [...lead, n, d], [...lead, n, e]], families.filter((f) => f !== 'offset' && f !== 'wide')),
    ),
}; // biome-ignore format: one rule a line

/**
 * Calls of one operation, of every shape it takes: few axes, short and of different length, unless `axes` says otherwise. Scalar
 * functions get numbers that they are defined for, whatever `families` says.
 *
 * @example
 * import fc from 'fast-check';
 * fc.sample(callSpecs('linear'), 100).every(({ args: [x, w] }) => x.shape.at(-1) === w.shape[1]) // true
 * fc.sample(callSpecs('unary', ['tail']), 100).some(({ args: [x] }) => x.family === 'positive') // true
 */
export const callSpecs = (op: OpName, families: Families = TENSOR_FAMILIES, axes: DrawnAxes = UNLIKE): fc.Arbitrary<CallSpec> =>
  CALLS[op](families, axes);

/** Calls on small integers with whole attributes: nothing is rounded in any format. */
export const exactCallSpecs = (op: OpName): fc.Arbitrary<CallSpec> =>
  callSpecs(op, ['integers']).map((c) => ({
    ...c,
    attrs: op === 'scale' || op === 'shift' ? c.attrs.map((a) => Math.round(3 * (a as number))) : c.attrs,
  }));
