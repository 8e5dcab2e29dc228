import fc from 'fast-check';
import { UNARY, type Unary } from '../src/core/ops.ts';
import { type Shape, withAxis } from '../src/core/shape.ts';
import { ATTRIBUTES, type OpName } from '../src/core/uniform.ts';
import { draw, FAMILIES, type Family, orders, type Recipe, recipes, shapes, sizes } from './recipe.ts';

/** One operation with its attributes and the recipes of its tensors. */
export interface Call {
  readonly op: OpName;
  /** The arguments that are no tensors, in order: the axis, the factor, the eps. */
  readonly attrs: readonly unknown[];
  /** The tensors, in order. */
  readonly args: readonly Recipe[];
}

/** Arguments that each scalar function is defined for, and where it is hard. */
const DOMAIN: { readonly [F in Unary]: readonly Family[] } = {
  exp: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  expm1: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  log: ['positive'],
  log1p: ['positive'],
  erf: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  erfc: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  cdf: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  gelu: ['integers', 'plain', 'full', 'small-variance', 'tail'],
  sqrt: ['positive'],
  rsqrt: ['positive'],
};
const FACTORS = [1, -2, 0.5, 3, -0.375, 1 / 3];
export const EPS = [1e-6, 1e-5, 1e-12, 1e-3];

type Families = readonly Family[];
const some = (op: OpName, attrs: readonly unknown[], at: readonly Shape[], families: Families): fc.Arbitrary<Call> =>
  fc.tuple(...at.map((shape) => recipes(shape, families))).map((args) => ({ op, attrs, args }));
const like = (op: OpName, count: number, min: number) => (families: Families) =>
  shapes(min, 4).chain((shape) => some(op, [], Array(count).fill(shape), families));
/** Nought, one or two leading axes, then `rest` others, all of different length. */
const leading = (rest: number) =>
  fc.tuple(fc.nat(2), sizes(rest + 2, { min: 1, max: rest + 4 })).map(([rank, all]) => ({ lead: all.slice(0, rank), rest: all.slice(2) }));
const axisOf = (min: number, max: number) => shapes(min, max).chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1)));

/** Ways to write the elements of a shape as another. */
const regrouped = (shape: Shape): readonly Shape[] => {
  const [a, b, c] = shape;
  return [[a * b, c], [c, a, b], [a, b * c], [a * b * c], [b, a, 1, c]];
}; // biome-ignore format: one line

const CALLS: { readonly [K in OpName]: (families: Families) => fc.Arbitrary<Call> } = {
  constant: (families) => shapes(0, 3).chain((shape) => recipes(shape, families).map((r) => ({ op: 'constant', attrs: [shape, [...draw(r).data]], args: [] }))),
  add: like('add', 2, 0),
  sub: like('sub', 2, 0),
  mul: like('mul', 2, 0),
  div: like('div', 2, 0),
  scale: (families) => fc.tuple(fc.constantFrom(...FACTORS), shapes(0, 3)).chain(([c, shape]) => some('scale', [c], [shape], families)),
  shift: (families) => fc.tuple(fc.constantFrom(...FACTORS), shapes(0, 3)).chain(([c, shape]) => some('shift', [c], [shape], families)),
  unary: () => fc.tuple(fc.constantFrom(...UNARY), shapes(0, 3)).chain(([f, shape]) => some('unary', [f], [shape], DOMAIN[f])),
  matmul: (families) => leading(3).chain(({ lead, rest: [m, k, n] }) => some('matmul', [], [[...lead, m, k], [...lead, k, n]], families)),
  permute: (families) => shapes(2, 4).chain((shape) => orders(shape.length).chain((perm) => some('permute', [perm], [shape], families))),
  reshape: (families) => shapes(3, 3).chain((shape) => fc.constantFrom(...regrouped(shape)).chain((to) => some('reshape', [to], [shape], families))),
  tile: (families) => axisOf(1, 4).chain(([shape, keep]) => some('tile', [shape], [shape.slice(keep)], families)),
  fold: (families) => axisOf(1, 4).chain(([shape, keep]) => some('fold', [shape.slice(keep)], [shape], families)),
  spread: (families) => shapes(1, 4).chain((shape) => some('spread', [shape[shape.length - 1]], [shape.slice(0, -1)], families)),
  sumLast: like('sumLast', 1, 1),
  slice: (families) =>
    axisOf(1, 4).chain(([shape, axis]) =>
      fc.tuple(fc.nat(shape[axis] - 1), fc.nat(shape[axis] - 1)).chain(([i, j]) => some('slice', [axis, Math.min(i, j), Math.max(i, j) + 1], [shape], families)),
    ),
  pad: (families) =>
    axisOf(1, 4).chain(([shape, axis]) => fc.tuple(fc.nat(3), fc.nat(3)).chain(([from, after]) => some('pad', [axis, from, from + shape[axis] + after], [shape], families))),
  concat: (families) =>
    axisOf(1, 3).chain(([shape, axis]) => sizes(3).chain((lengths) => fc.integer({ min: 1, max: 3 }).chain((parts) => some('concat', [axis], lengths.slice(0, parts).map((n) => withAxis(shape, axis, n)), families)))),
  peak: like('peak', 1, 1),
  tag: (families) => shapes(0, 3).chain((shape) => some('tag', ['here'], [shape], families)),
  mean: like('mean', 1, 1),
  softmax: like('softmax', 1, 1),
  logSoftmax: like('logSoftmax', 1, 1),
  gelu: () => shapes(0, 3).chain((shape) => some('gelu', [], [shape], DOMAIN.gelu)),
  layerNorm: (families) =>
    fc.tuple(shapes(1, 3), fc.constantFrom(...EPS)).chain(([shape, eps]) => {
      const d = shape.slice(-1);
      return fc.tuple(recipes(shape, families), recipes(d, ['plain']), recipes(d, ['plain'])).map((args) => ({ op: 'layerNorm', attrs: [eps], args }));
    }),
  linear: (families) =>
    fc.tuple(leading(3), fc.boolean()).chain(([{ lead, rest: [m, k, n] }, bias]) => some('linear', [], [[...lead, m, k], [n, k], ...(bias ? [[n]] : [])], families)),
  attention: (families) =>
    fc.tuple(leading(4), fc.constantFrom(0.5, 1, 0.125, 1 / 3)).chain(([{ lead, rest: [m, n, d, e] }, scale]) =>
      some('attention', [scale], [[...lead, m, d], [...lead, n, d], [...lead, n, e]], families.filter((f) => f !== 'offset')),
    ),
}; // biome-ignore format: one rule a line

/** Every operation of the language. */
export const OPERATIONS = Object.keys(ATTRIBUTES) as readonly OpName[];

/**
 * Calls of one operation, of every shape it takes: few axes, short and of different length. Scalar functions get numbers that they
 * are defined for, whatever `families` says.
 *
 * @example
 * import fc from 'fast-check';
 * fc.sample(calls('linear'), 100).every(({ args: [x, w] }) => x.shape.at(-1) === w.shape[1]) // true
 * fc.sample(calls('unary', ['tail']), 100).some(({ args: [x] }) => x.family === 'positive') // true
 */
export const calls = (op: OpName, families: Families = FAMILIES): fc.Arbitrary<Call> => CALLS[op](families);

/** Calls on small integers with whole attributes: nothing is rounded in any format. */
export const exactCalls = (op: OpName): fc.Arbitrary<Call> =>
  calls(op, ['integers']).map((c) => ({
    ...c,
    attrs: op === 'scale' || op === 'shift' ? c.attrs.map((a) => Math.round(3 * (a as number))) : c.attrs,
  }));
