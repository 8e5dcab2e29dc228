import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { type Program, UNARY, type Unary } from '../../src/core/language/ops.ts';
import { crossEntropy } from '../../src/core/loss/cross-entropy.ts';
import { block } from '../../src/core/model/deit/block.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { paramShapes, paramsFrom } from '../../src/core/model/deit/params.ts';
import { forwardProgram, lossProgram } from '../../src/core/model/deit/program.ts';
import { bell, uniform } from '../../src/core/oracle/case/noise.ts';
import { last, type Shape, size } from '../../src/core/tensor/shape.ts';
import { generate, oneHot, type Tensor } from '../../src/core/tensor/tensor.ts';
import { adamwStep, DEIT_ADAMW } from '../../src/core/train/adamw.ts';
import { distillationStep, roundedStepInputs, type Spoil } from '../support/training.ts';

/** A program and its inputs, which float32 holds exactly. */
export interface Case {
  readonly name: string;
  readonly program: Program;
  readonly inputs: Readonly<Record<string, Tensor>>;
}

/** Numbers that float32 holds, the same everywhere. */
const drawn = (name: string, shape: Shape, scale = 1, offset = 0): Tensor => {
  const x = bell(name, 7, shape);
  return generate(shape, (i) => Math.fround(offset + scale * x[i]));
};
const positive = (name: string, shape: Shape, scale = 1): Tensor => {
  const x = uniform(name, 11, shape);
  return generate(shape, (i) => Math.fround(scale * (0.5 + Math.abs(x[i]))));
};
const of = (name: string, program: Program, inputs: Case['inputs']): Case => ({ name, program, inputs });
const x345 = drawn('x', [3, 4, 5]);

/** Arguments where each function is delicate: around 0, at the joins of its pieces, far out, at powers of two. */
const ARGUMENTS: { readonly [F in Unary]: readonly (readonly [from: number, to: number])[] } = {
  exp: [[-1, 1], [-104, 88]], // biome-ignore format: one line
  expm1: [[-1e-4, 1e-4], [-1, 1], [-30, 88]], // biome-ignore format: one line
  log: [[0.5, 2], [1e-3, 1e6]], // biome-ignore format: one line
  log1p: [[-1e-4, 1e-4], [-0.5, 0.5], [-0.99, 1e6]], // biome-ignore format: one line
  erf: [[-1e-4, 1e-4], [-1, 1], [-5, 5]], // biome-ignore format: one line
  erfc: [[-1, 1], [-5, 10]], // biome-ignore format: one line
  cdf: [[-1, 1], [-14, 6]], // biome-ignore format: one line
  gelu: [[-1, 1], [-14, 6]], // biome-ignore format: one line
  sqrt: [[0, 4], [0, 1e6]], // biome-ignore format: one line
  rsqrt: [[1e-3, 4], [1e-3, 1e6]], // biome-ignore format: one line
};
const spaced = (from: number, to: number, n: number): Tensor => generate([n], (i) => Math.fround(from + ((to - from) * (i + 0.5)) / n));

const unary = UNARY.flatMap((f) =>
  ARGUMENTS[f].map(([from, to]) => of(`${f} on [${from}, ${to}]`, (o, { x }) => ({ y: o.unary(f, x) }), { x: spaced(from, to, 1024) })),
);

const primitives: readonly Case[] = [
  of('constant', (o, { x }) => ({ y: o.add(x, o.constant([2, 3], drawn('c', [2, 3]).data)) }), { x: drawn('x', [2, 3]) }),
  of(
    'constants alone',
    (o) => ({
      y: o.constant([5], Float64Array.of(1, 2, 3, 4, 5)),
      one: o.constant([3], Float64Array.of(1, 1, 1)),
      sum: o.sumLast(o.constant([4], Float64Array.of(2, 2, 2, 2))),
    }),
    {},
  ),
  of('add, mul, div, sub', (o, { a, b }) => ({ add: o.add(a, b), mul: o.mul(a, b), div: o.div(a, b), sub: o.sub(a, b) }), {
    a: drawn('a', [3, 5]),
    b: positive('b', [3, 5]),
  }),
  of(
    'scale and shift',
    (o, { x }) => ({
      a: o.scale(-2.5, x),
      b: o.shift(0.1, x),
      c: o.scale(1e-42, o.scale(1e30, x)),
      e: o.scale(1e42, o.scale(1e-30, x)),
      d: o.scale(0, x),
    }),
    { x: x345 },
  ),
  ...[1, 7, 8, 13, 40].map((k) =>
    of(`matmul, K = ${k}`, (o, { a, b }) => ({ y: o.matmul(a, b) }), { a: drawn('a', [5, k]), b: drawn('b', [k, 3]) }),
  ),
  of('matmul in batches', (o, { a, b }) => ({ y: o.matmul(a, b) }), { a: drawn('a', [2, 3, 5, 9]), b: drawn('b', [2, 3, 9, 4]) }),
  of('matmul of transposed operands', (o, { a, b }) => ({ y: o.matmul(o.permute([0, 2, 1], a), o.permute([0, 2, 1], b)) }), {
    a: drawn('a', [2, 9, 5]),
    b: drawn('b', [2, 4, 9]),
  }),
  of('matmul of slices', (o, { a, b }) => ({ y: o.matmul(o.slice(1, 1, 8, a), o.slice(0, 2, 9, b)) }), {
    a: drawn('a', [7, 9]),
    b: drawn('b', [10, 3]),
  }),
  of('matmul of one row and one column', (o, { a, b }) => ({ y: o.matmul(a, b), z: o.matmul(b, a) }), {
    a: drawn('a', [1, 11]),
    b: drawn('b', [11, 1]),
  }),
  of('permute', (o, { x }) => ({ y: o.permute([3, 0, 4, 2, 1], x), z: o.permute([1, 0, 2, 3, 4], x) }), { x: drawn('x', [2, 3, 4, 5, 2]) }),
  of(
    'reshape',
    (o, { x }) => ({
      y: o.reshape([4, 15], x),
      z: o.reshape([15, 4], o.permute([2, 0, 1], x)),
      w: o.reshape([2, 2, 3, 5], o.slice(1, 0, 4, x)),
    }),
    { x: x345 },
  ),
  of(
    'repeatLeading and sumLeading',
    (o, { x }) => ({
      y: o.repeatLeading([2, 3, 4, 5], x),
      z: o.sumLeading([4, 5], x),
      w: o.sumLeading([5], x),
      s: o.sumLeading([], x),
      t: o.sumLeading([3], o.permute([1, 2, 0], x)),
    }),
    { x: x345 },
  ),
  of(
    'repeatLast and sumLast',
    (o, { x }) => ({ y: o.repeatLast(6, x), z: o.sumLast(x), w: o.sumLast(o.permute([0, 2, 1], x)), r: o.sumLast(o.repeatLast(3, x)) }),
    { x: x345 },
  ),
  of(
    'slice and pad',
    (o, { x }) => ({
      y: o.slice(1, 1, 3, x),
      z: o.pad(1, 2, 9, x),
      w: o.pad(2, 0, 6, o.slice(0, 1, 3, x)),
      v: o.pad(0, 1, 4, o.permute([1, 0, 2], o.slice(1, 0, 2, x))),
    }),
    { x: x345 },
  ),
  of(
    'concat',
    (o, { x, y }) => ({
      a: o.concat(1, x, y),
      b: o.concat(0, ...Array.from({ length: 9 }, () => o.slice(0, 1, 3, x))),
      c: o.concat(2, o.permute([0, 2, 1], y), o.repeatLast(1, o.sumLast(o.permute([0, 2, 1], y)))),
    }),
    {
      x: x345,
      y: drawn('y', [3, 2, 5]),
    },
  ),
  of('maxLast', (o, { x }) => ({ y: o.maxLast(x), z: o.maxLast(o.permute([2, 1, 0], x)), w: o.maxLast(o.repeatLast(1, x)) }), { x: x345 }),
  of('tag and within', (o, { x }) => ({ y: o.within('a').tag('b', o.within('c').scale(2, x)) }), { x: x345 }),
  of(
    'scalars',
    (o, { x }) => ({ y: o.mul(x, x), z: o.repeatLast(3, x), w: o.repeatLeading([2, 2], x), v: o.unary('exp', o.reshape([1, 1], x)) }),
    {
      x: drawn('x', []),
    },
  ),
];

const rowsOf = (name: string, offsets: readonly number[], n: number, scale = 1): Tensor => {
  const noise = bell(name, 3, [offsets.length, n]);
  return generate([offsets.length, n], (i) => Math.fround(offsets[Math.floor(i / n)] + scale * noise[i]));
};

const named: readonly Case[] = [
  of('mean', (o, { x }) => ({ y: o.mean(x) }), { x: x345 }),
  of('softmax', (o, { x }) => ({ y: o.softmax(x), z: o.logSoftmax(x) }), { x: rowsOf('s', [0, 700, -700, 3e4], 19, 4) }),
  of('softmax of permuted rows', (o, { x }) => ({ y: o.softmax(o.permute([1, 0], x)), z: o.logSoftmax(o.permute([1, 0], x)) }), {
    x: drawn('x', [6, 11], 3),
  }),
  of('gelu', (o, { x }) => ({ y: o.gelu(x) }), { x: drawn('x', [7, 33], 3) }),
  of('layerNorm', (o, { x, g, b }) => ({ y: o.layerNorm(1e-6, x, g, b) }), {
    x: rowsOf('l', [0, 100, -100], 48),
    g: positive('g', [48]),
    b: drawn('b', [48]),
  }),
  of('layerNorm of small variance', (o, { x, g, b }) => ({ y: o.layerNorm(1e-6, x, g, b) }), {
    x: drawn('x', [2, 3, 8], 1e-3),
    g: positive('g', [8]),
    b: drawn('b', [8]),
  }),
  of('linear', (o, { x, w, b }) => ({ y: o.linear(x, w, b), z: o.linear(x, w), v: o.gelu(o.linear(x, w, b)) }), {
    x: drawn('x', [2, 3, 21]),
    w: drawn('w', [10, 21]),
    b: drawn('b', [10]),
  }),
  of('linear of permuted rows', (o, { x, w, b }) => ({ y: o.linear(o.permute([1, 0, 2], x), w, b) }), {
    x: drawn('x', [2, 3, 16]),
    w: drawn('w', [8, 16]),
    b: drawn('b', [8]),
  }),
  of('attention', (o, { q, k, v }) => ({ y: o.attention(0.25, q, k, v) }), {
    q: drawn('q', [2, 3, 5, 16]),
    k: drawn('k', [2, 3, 7, 16]),
    v: drawn('v', [2, 3, 7, 6]),
  }),
  of('peaked attention', (o, { q, k, v }) => ({ y: o.attention(1, q, k, v) }), {
    q: drawn('q', [3, 8], 6),
    k: drawn('k', [9, 8], 6),
    v: drawn('v', [9, 5]),
  }),
];

const compositions: readonly Case[] = [
  of(
    'AdamW',
    (o, { value, mean, square, gradient, learningRate, correction1, correction2 }) => ({
      ...adamwStep(o)(DEIT_ADAMW, { learningRate, correction1, correction2 }, true, { param: value, mean, square }, gradient),
    }),
    {
      value: drawn('value', [5, 7]),
      mean: drawn('mean', [5, 7]),
      square: positive('square', [5, 7]),
      gradient: drawn('gradient', [5, 7]),
      ...roundedStepInputs(1e-3, 3),
    },
  ),
  of('an input as an output', (o, { x, y }) => ({ x, z: o.permute([1, 0], x), w: o.add(x, y), again: o.add(x, y) }), {
    x: drawn('x', [3, 5]),
    y: drawn('y', [3, 5]),
  }),
  of(
    'many buffers in one expression',
    (o, inputs) => {
      const all = Object.values(inputs);
      const chain = all.reduce((sum, a, i) => o.add(o.scale(i + 1, sum), o.mul(a, a)));
      return { y: chain, z: o.sumLast(o.mul(chain, all[0])) };
    },
    Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, drawn(`x${i}`, [6, 7])])),
  ),
  of(
    'shared and repeated values',
    (o, { x, w }) => {
      const y = o.linear(x, w);
      const e = o.unary('exp', o.scale(0.1, y));
      const r = o.div(o.sumLast(e), o.shift(1, o.maxLast(e)));
      return { y: o.add(o.mul(e, e), o.repeatLast(last(e.shape), r)), r, t: o.sumLeading([last(e.shape)], o.mul(e, y)) };
    },
    { x: drawn('x', [4, 9]), w: drawn('w', [5, 9]) },
  ),
  of('a product inside a movement', (o, { a, b, c }) => ({ y: o.add(o.reshape([4, 15], o.permute([1, 2, 0], o.matmul(a, b))), c) }), {
    a: drawn('a', [3, 4, 6]),
    b: drawn('b', [3, 6, 5]),
    c: drawn('c', [4, 15]),
  }),
];

const small = deitConfig({ dim: 12, depth: 2, heads: 3, patch: 4, image: [8, 12], classes: 5, distilled: true });
const weights = (shapes: Readonly<Record<string, Shape>>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      /norm\d?\.weight$/.test(name)
        ? positive(name, shape)
        : drawn(name, shape, shape.length > 1 ? 1 / Math.sqrt(size(shape.slice(1))) : 0.3),
    ]),
  );
const params = weights(paramShapes(small));
const image = drawn('image', [2, 3, 8, 12]);

/** A step in the middle of a training: gradients are about as large as their means, so that a wrong one is seen. */
const state = Object.fromEntries(
  Object.entries(params).flatMap(([name, value]) => [
    [`param ${name}`, value],
    [`mean ${name}`, drawn(`mean ${name}`, value.shape, 2 ** -6)],
    [`square ${name}`, positive(`square ${name}`, value.shape, 2 ** -12)],
  ]),
);
/** The training step, or one whose gradients are spoilt. */
export const training = (spoil?: Spoil): Case =>
  of('training step', distillationStep(small, spoil), {
    image,
    target: oneHot(5, [3, 1]),
    teacher: oneHot(5, [2, 1]),
    ...roundedStepInputs(1e-3, 3),
    ...state,
  });

/** Whole programs: a block, a DeiT, the gradient of a loss with respect to everything, and a step of training. */
export const MODELS: readonly Case[] = [
  of('block', (o, { x, ...p }) => ({ y: block(o)(small, paramsFrom(small, p).blocks[0], x) }), { x: drawn('x', [2, 7, 12]), ...params }),
  of('DeiT', forwardProgram(small), { image, ...params }),
  of(
    'gradient of a DeiT',
    (o, { target, ...inputs }) => {
      const loss = lossProgram(small, (d, { cls, dist = cls }) => {
        const fixed = d.constant(target.shape, oneHot(5, [3, 1]).data);
        return d.add(crossEntropy(d)(cls, fixed), crossEntropy(d)(dist, fixed));
      });
      const { value, gradient } = valueAndGradient(loss)(o, inputs);
      return { loss: value, ...gradient };
    },
    { target: oneHot(5, [3, 1]), image, ...params },
  ),
  training(),
];

/** Every primitive and every named operation, alone and joined with others. */
export const CASES: readonly Case[] = [...unary, ...primitives, ...named, ...compositions];
