import { complete } from '../../core/language/interpreter.ts';
import type { Named, Ops, Primitives } from '../../core/language/ops.ts';
import { type IsValue, isShaped } from '../../core/language/signatures.ts';
import { last, lastTwoSwapped, type Shape, withAxis } from '../../core/tensor/shape.ts';
import type { Floats } from '../../core/tensor/tensor.ts';
import { permuteView, repeatLastView, repeatLeadingView, reshapeView, sliceView } from '../../core/tensor/view.ts';
import { ELEMENTARY } from '../kernels/elementary.ts';
import { joined, laid } from '../kernels/layout.ts';
import { copy, map } from '../kernels/map.ts';
import { matmul } from '../kernels/matmul.ts';
import { maxLast, sumLast, sumLeading } from '../kernels/reduce.ts';
import { type Handle, handle } from './graph.ts';

const stored = (shape: Shape, data: Floats): Handle => handle({ kind: 'stored', shape, parts: [], data });
/**
 * Whether the source of a kernel can hold `c`: not an infinity, nor what a shader compiler may flush to zero, nor zero itself, since a compiler takes
 * `0 * x` to be 0 where x may be NaN, and the sign of −0 is lost.
 */
const writable = (c: number): boolean => {
  const magnitude = Math.abs(Math.fround(c));
  return magnitude >= 1.1754943508222875e-38 && magnitude < Number.POSITIVE_INFINITY;
};
/** A power of two, whose inverse float32 holds as well. */
const FAR = 2 ** 100;
const filled = (shape: Shape, c: number): Handle => {
  // A variable: an expression of literals alone would be computed by the shader compiler, to whom 1 / 0 is a mistake.
  if (writable(c)) return map(shape, [], (s) => s.float(s.number(c)));
  return repeatLeadingView(shape, stored([], Float64Array.of(c)));
};
const both =
  (sign: string) =>
  (a: Handle, b: Handle): Handle =>
    map(a.shape, [a, b], (s, x, y) => s.float(`${x} ${sign} ${y}`));
const across = (x: Handle, row: Handle): Handle => repeatLastView(last(x.shape), row);

/** Movement is a view wherever the elements need not move; arithmetic is a formula that `lower` joins with its neighbours. */
const primitives: Omit<Primitives<Handle>, 'tag' | 'within'> = {
  constant: (shape, data) => {
    const [first = 0] = data;
    for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return stored(shape, data);
    return filled(shape, first);
  },
  add: both('+'),
  mul: both('*'),
  div: both('/'),
  // A factor beyond what float32 holds is given as two.
  scale: (c, a) => {
    if (writable(c) || c === 0 || !Number.isFinite(c)) return both('*')(filled(a.shape, c), a);
    const part = Math.abs(c) < 1 ? FAR : 1 / FAR;
    return primitives.scale(c * part, primitives.scale(1 / part, a));
  },
  shift: (c, a) => both('+')(filled(a.shape, c), a),
  // The minima, maxima and comparisons inside a function lose NaN in the languages of graphics.
  unary: (f, a) => map(a.shape, [a], (s, x) => s.float(`${x} == ${x} ? ${ELEMENTARY[f](s, x)} : ${x}`)),
  matmul,
  permute: permuteView,
  reshape: (shape, a) => reshapeView(shape, a) ?? primitives.reshape(shape, copy(a)),
  repeatLeading: repeatLeadingView,
  sumLeading,
  repeatLast: repeatLastView,
  sumLast,
  slice: sliceView,
  pad: (axis, from, length, a) => laid(withAxis(a.shape, axis, length), axis, [{ part: a, start: from }]),
  concat: (axis, ...parts) => joined(axis, parts),
  maxLast,
};

const own = (o: Ops<Handle>): Partial<Named<Handle>> => ({
  sub: both('-'),
  // The centred values are written twice, so that each use is computed on the way and none is stored.
  layerNorm: (eps, x, gain, bias) => {
    const mean = o.mean(x);
    const centred = (): Handle => o.sub(x, across(x, mean));
    const c = centred();
    const rstd = o.unary('rsqrt', o.shift(eps, o.mean(o.mul(c, c))));
    return o.add(o.mul(o.mul(centred(), across(x, rstd)), o.repeatLeading(x.shape, gain)), o.repeatLeading(x.shape, bias));
  },
  // The division by the sum comes after the product with v: M × d quotients instead of M × N, and no second copy of the weights.
  attention: (scale, q, k, v) => {
    const scores = o.scale(scale, o.matmul(q, o.permute(lastTwoSwapped(k.shape.length), k)));
    const weights = o.unary('exp', o.sub(scores, across(scores, o.maxLast(scores))));
    return o.div(o.matmul(weights, v), o.repeatLast(last(v.shape), o.sumLast(weights)));
  },
});

const isHandle: IsValue = (value) => isShaped(value) && 'node' in (value as object);

/**
 * The language over handles of a plan: a program run with it computes nothing, it leaves a graph for `lower`.
 *
 * @throws ShapeError when shapes do not fit.
 */
export const gpuOps: Ops<Handle> = complete<Handle>(primitives, own, { isValue: isHandle });
