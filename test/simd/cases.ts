import { type Ops, type Program, UNARY, type Unary } from '../../src/core/language/ops.ts';
import { hashTensor } from '../../src/core/random/hash.ts';
import { last, type Shape, type Shaped, size } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';

/** A program of one output `y`, and its inputs. */
export interface Case {
  readonly program: Program;
  readonly inputs: Readonly<Record<string, Tensor>>;
}

type Body = <T extends Shaped>(o: Ops<T>, args: readonly T[]) => T;

/** Numbers in (−3, 3), different for each name. */
export const numbers = (name: string, shape: Shape, scale = 3): Tensor => hashTensor(name, 7, shape, scale);

const make = (body: Body, ...tensors: readonly Tensor[]): Case => ({
  program: (o, inputs) => ({ y: body(o, tensors.map((_, i) => inputs[`x${i}`])) }), // biome-ignore format: one line
  inputs: Object.fromEntries(tensors.map((tensor, i) => [`x${i}`, tensor])),
});

/** Lengths around the width of registers, panels and tiles, and one that is empty. */
const SHAPES: readonly Shape[] = [[1], [3], [7], [2, 3], [5, 7, 9], [1, 1], [2, 3, 5, 7], [13, 17], [0, 3], [64, 100]];
const PRODUCTS = [[1, 1, 1], [3, 5, 7], [4, 4, 4], [5, 0, 3], [8, 16, 8], [9, 17, 33], [12, 1100, 20], [67, 129, 70]] as const; // biome-ignore format: a table
const HEADS = [[1, 1, 1, 1, 1, 1], [2, 3, 17, 19, 8, 5], [1, 3, 50, 50, 64, 64], [2, 2, 7, 300, 5, 3]] as const; // biome-ignore format: a table

const reversed = (shape: Shape): readonly number[] => [...shape.keys()].reverse();

const onShape = (s: Shape): Readonly<Record<string, Case>> => {
  const [x, y] = [numbers('x', s), numbers('y', s)];
  const n = last(s);
  const axis = s.length - 1;
  return {
    add: make((o, [a, b]) => o.add(a, b), x, y),
    sub: make((o, [a, b]) => o.sub(a, b), x, y),
    mul: make((o, [a, b]) => o.mul(a, b), x, y),
    div: make((o, [a, b]) => o.div(a, b), x, y),
    scale: make((o, [a]) => o.scale(1 / 3, a), x),
    shift: make((o, [a]) => o.shift(1 / 3, a), x),
    sumLast: make((o, [a]) => o.sumLast(a), x),
    mean: make((o, [a]) => o.mean(a), x),
    maxLast: make((o, [a]) => o.maxLast(a), x),
    softmax: make((o, [a]) => o.softmax(a), x),
    logSoftmax: make((o, [a]) => o.logSoftmax(a), x),
    layerNorm: make((o, [a, b, c]) => o.layerNorm(1e-6, a, b, c), x, numbers('gain', [n]), numbers('bias', [n])),
    repeatLeading: make((o, [a]) => o.repeatLeading([3, ...s], a), x),
    repeatLast: make((o, [a]) => o.repeatLast(3, a), x),
    'sumLeading to the last axis': make((o, [a]) => o.sumLeading(s.slice(-1), a), x),
    'sumLeading to a number': make((o, [a]) => o.sumLeading([], a), x),
    permute: make((o, [a]) => o.permute(reversed(s), a), x),
    'reshape of permute': make((o, [a]) => o.reshape([size(s)], o.permute(reversed(s), a)), x),
    slice: make((o, [a]) => o.slice(axis, 0, n - 1, a), x),
    pad: make((o, [a]) => o.pad(0, 1, s[0] + 3, a), x),
    concat: make((o, [a, b]) => o.concat(axis, a, b, a), x, y),
    'operands laid out differently': make((o, [a, b]) => o.add(o.permute(reversed(s), a), o.mul(b, o.repeatLast(s[0], s[0] > 0 ? o.maxLast(b) : o.sumLast(b)))), x, numbers('z', [...s].reverse())),
    'a row, a column and a copy': make((o, [a, b]) => o.sub(o.repeatLeading(s, b), o.mul(a, o.repeatLast(n, o.mean(a)))), x, numbers('row', [n])),
  }; // biome-ignore format: a table
};

const onProduct = ([m, k, n]: readonly [number, number, number]): Readonly<Record<string, Case>> => ({
  matmul: make((o, [a, b]) => o.matmul(a, b), numbers('a', [m, k]), numbers('b', [k, n])),
  'matmul, stacked': make((o, [a, b]) => o.matmul(a, b), numbers('a', [2, 3, m, k]), numbers('b', [2, 3, k, n])),
  'matmul aᵀ b': make((o, [a, b]) => o.matmul(o.permute([1, 0], a), b), numbers('a', [k, m]), numbers('b', [k, n])),
  'matmul a bᵀ, stacked': make((o, [a, b]) => o.matmul(a, o.permute([0, 2, 1], b)), numbers('a', [3, m, k]), numbers('b', [3, n, k])),
  'matmul, stacked, plus': make((o, [a, b, r]) => o.add(o.matmul(a, b), r), numbers('a', [3, m, k]), numbers('b', [3, k, n]), numbers('r', [3, m, n])),
  linear: make((o, [x, w, b]) => o.linear(x, w, b), numbers('x', [2, m, k]), numbers('w', [n, k]), numbers('b', [n])),
  'linear, GELU': make((o, [x, w, b]) => o.gelu(o.tag('here', o.linear(x, w, b))), numbers('x', [m, k]), numbers('w', [n, k]), numbers('b', [n])),
  'linear, residual': make((o, [x, w, r]) => o.add(r, o.reshape([m, 1, n], o.linear(x, w))), numbers('x', [m, k]), numbers('w', [n, k]), numbers('r', [m, 1, n])),
  'two linear, one sum': make((o, [x, w]) => o.add(o.linear(x, w), o.linear(o.scale(2, x), w)), numbers('x', [m, k]), numbers('w', [n, k])),
}); // biome-ignore format: a table

const onHeads = ([b, h, m, n, d, e]: readonly number[]): Readonly<Record<string, Case>> => {
  const [k, v] = [numbers('k', [b, h, n, d]), numbers('v', [b, h, n, e])];
  const scale = 1 / Math.sqrt(d);
  return {
    attention: make((o, [q, s, t]) => o.attention(scale, q, s, t), numbers('q', [b, h, m, d]), k, v),
    'attention between permutes': make(
      (o, [q, s, t]) => o.reshape([b, m, h * e], o.permute([0, 2, 1, 3], o.attention(scale, o.permute([0, 2, 1, 3], q), s, t))),
      numbers('q', [b, m, h, d]),
      k,
      v,
    ),
  };
};

/** A dense stretch where each function is delicate, and numbers of every size. */
const ARGUMENTS: { readonly [F in Unary]: Tensor } = {
  exp: numbers('exp', [1501], 20),
  expm1: numbers('expm1', [1501], 3),
  log: generate([1501], (i) => 2 ** ((i - 750) / 10)),
  log1p: generate([1501], (i) => 2 ** ((i - 750) / 50) - 0.999),
  erf: numbers('erf', [1501], 6),
  erfc: numbers('erfc', [1501], 9),
  cdf: numbers('cdf', [1501], 13),
  gelu: numbers('gelu', [1501], 13),
  sqrt: generate([1501], (i) => 2 ** ((i - 750) / 10)),
  rsqrt: generate([1501], (i) => 2 ** ((i - 750) / 10)),
};

const named = (title: string, cases: Readonly<Record<string, Case>>): Readonly<Record<string, Case>> =>
  Object.fromEntries(Object.entries(cases).map(([name, value]) => [`${name} ${title}`, value]));

/** Programs of every operation with finite results. */
export const CASES: Readonly<Record<string, Case>> = Object.assign(
  {},
  ...SHAPES.map((shape) => named(`(${shape})`, onShape(shape))),
  ...PRODUCTS.map((sizes) => named(sizes.join('×'), onProduct(sizes))),
  ...HEADS.map((sizes) => named(sizes.join('×'), onHeads(sizes))),
  Object.fromEntries(UNARY.map((f) => [`unary ${f}`, make((o, [x]) => o.unary(f, x), ARGUMENTS[f])])),
  {
    'a factor above the range of float32': make((o, [x]) => o.scale(1e42, o.scale(1e-30, x)), numbers('x', [7])),
    'a factor below its normal numbers': make((o, [x]) => o.scale(-1e-42, o.scale(1e30, x)), numbers('x', [7])),
    'attention with a factor above the range of float32': make(
      (o, [q, k, v]) => o.attention(1e39, o.scale(1e-18, q), o.scale(1e-19, k), v),
      ...[numbers('q', [2, 5, 3]), numbers('k', [2, 4, 3]), numbers('v', [2, 4, 2])],
    ),
    'a factor far above the range, of zeros': make((o, [x]) => o.scale(1e60, x), numbers('x', [7], 0)),
  },
);

/** NaN, both infinities, both zeros, the smallest and near the largest numbers. */
const SPECIAL = generate(
  [8, 8],
  (i) => [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, 1e308, -1e-310][(i * 5) % 8] * (i % 3 === 0 ? 1 : -1),
);

/** The same where results are not numbers, or not finite. */
export const SPECIAL_CASES: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(UNARY.map((f) => [`unary ${f}`, make((o, [x]) => o.unary(f, x), SPECIAL)])),
  add: make((o, [x]) => o.add(x, o.permute([1, 0], x)), SPECIAL),
  div: make((o, [x]) => o.div(x, o.permute([1, 0], x)), SPECIAL),
  scale: make((o, [x]) => o.scale(-0, x), SPECIAL),
  matmul: make((o, [x]) => o.matmul(x, x), SPECIAL),
  softmax: make((o, [x]) => o.softmax(x), SPECIAL),
  logSoftmax: make((o, [x]) => o.logSoftmax(x), SPECIAL),
  maxLast: make((o, [x]) => o.maxLast(x), SPECIAL),
  sumLast: make((o, [x]) => o.sumLast(x), SPECIAL),
  sumLeading: make((o, [x]) => o.sumLeading([8], x), SPECIAL),
  layerNorm: make((o, [x]) => o.layerNorm(1e-6, x, o.sumLast(x), o.maxLast(x)), SPECIAL),
};
