import { gemm } from '../kernel/gemm.ts';
import { permuted } from '../kernel/permuted.ts';
import { maxOf, sumOf } from '../kernel/reductions.ts';
import { complete } from '../language/interpreter.ts';
import type { Named, Ops } from '../language/ops.ts';
import { holdsNumbers } from '../language/signatures.ts';
import { UNARY_FUNCTIONS } from '../language/unary-functions.ts';
import { last, rows, type Shape, size, withAxis } from '../tensor/shape.ts';
import { adopt, type Floats, storable, type Tensor } from '../tensor/tensor.ts';

/** Numbers in a shape that no caller can write to: one of a tensor, or made here. */
const filled = (shape: Shape, data: Float64Array): Tensor => ({ shape, data: data as Floats });

/** A new tensor whose element i is `f(i)`, in a loop. */
const fill = (shape: Shape, f: (i: number) => number): Tensor => {
  const out = new Float64Array(size(shape));
  for (let i = 0; i < out.length; i++) out[i] = f(i);
  return filled(shape, out);
};

/** Elements before `axis`, and from `axis` inwards after it: a tensor seen as (outer, axis, inner). */
const around = (shape: Shape, axis: number): { readonly outer: number; readonly inner: number } => {
  let [outer, inner] = [1, 1];
  for (let i = 0; i < axis; i++) outer *= shape[i];
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i];
  return { outer, inner };
};

/** Copy `count` runs of `length` numbers from `a` to `out`, each side with its own start and step. */
const copyRuns = (count: number, length: number, a: Floats, from: number, fromStep: number, out: Float64Array, to: number, toStep: number) => {
  for (let r = 0; r < count; r++)
    for (let j = 0; j < length; j++) out[to + r * toStep + j] = a[from + r * fromStep + j];
}; // biome-ignore format: one loop

const softmaxRow = (n: number, from: Floats, start: number, out: Float64Array): void => {
  const exp = UNARY_FUNCTIONS.exp;
  const largest = maxOf(from, start, n);
  let sum = 0;
  for (let j = start; j < start + n; j++) {
    const e = exp(from[j] - largest);
    out[j] = e;
    sum += e;
  }
  for (let j = start; j < start + n; j++) out[j] = out[j] / sum;
};

/** The named operations as textbook loops: the same bits as the derived ones, without their temporaries. */
const textbook: Partial<Named<Tensor>> = {
  sub: (a, b) => fill(a.shape, (i) => a.data[i] - b.data[i]),
  softmax: (x) => {
    const out = new Float64Array(x.data.length);
    const n = last(x.shape);
    for (let start = 0; start < out.length; start += n) softmaxRow(n, x.data, start, out);
    return filled(x.shape, out);
  },
  logSoftmax: (x) => {
    const out = new Float64Array(x.data.length);
    const n = last(x.shape);
    const { exp, log } = UNARY_FUNCTIONS;
    for (let start = 0; start < out.length; start += n) {
      const largest = maxOf(x.data, start, n);
      let sum = 0;
      for (let j = start; j < start + n; j++) {
        out[j] = x.data[j] - largest;
        sum += exp(out[j]);
      }
      const logSum = log(sum);
      for (let j = start; j < start + n; j++) out[j] -= logSum;
    }
    return filled(x.shape, out);
  },
  layerNorm: (eps, x, gain, bias) => {
    const out = new Float64Array(x.data.length);
    const d = last(x.shape);
    const perElement = 1 / d;
    for (let start = 0; start < out.length; start += d) {
      const mean = perElement * sumOf(x.data, start, d);
      let squares = 0;
      for (let j = 0; j < d; j++) {
        const centred = x.data[start + j] - mean;
        out[start + j] = centred;
        squares += centred * centred;
      }
      const rstd = UNARY_FUNCTIONS.rsqrt(eps + perElement * squares);
      for (let j = 0; j < d; j++) out[start + j] = out[start + j] * rstd * gain.data[j] + bias.data[j];
    }
    return filled(x.shape, out);
  },
  linear: (x, w, b) => {
    const [n, k] = w.shape;
    const shape = storable('linear', [...rows(x.shape), n]);
    const out = new Float64Array(size(shape));
    gemm(size(rows(x.shape)), n, k, x.data, 0, w.data, 0, 1, k, out, 0);
    if (b !== undefined) for (let at = 0; at < out.length; at += n) for (let j = 0; j < n; j++) out[at + j] += b.data[j];
    return adopt(shape, out);
  },
  attention: (scale, q, k, v) => {
    const [m, d] = q.shape.slice(-2);
    const [n, e] = v.shape.slice(-2);
    const shape = storable('attention', [...rows(q.shape), e]);
    const out = new Float64Array(size(shape));
    const probabilities = new Float64Array(m * n);
    for (let head = 0; head < size(q.shape.slice(0, -2)); head++) {
      gemm(m, n, d, q.data, head * m * d, k.data, head * n * d, 1, d, probabilities, 0);
      for (let i = 0; i < m * n; i++) probabilities[i] *= scale;
      for (let row = 0; row < m * n; row += n) softmaxRow(n, probabilities, row, probabilities);
      gemm(m, e, n, probabilities, 0, v.data, head * n * e, e, 1, out, head * m * e);
    }
    return adopt(shape, out);
  },
};

/**
 * The definition of every operation: float64, plain loops, sums ascending, the same bits on every JavaScript engine.
 *
 * Errors: `ShapeError` naming the operation and the shapes.
 *
 * @example
 * reference.matmul(tensor([1, 2], [1, 2]), tensor([2, 1], [3, 4])).data[0] // 11
 */
export const reference: Ops<Tensor> = complete<Tensor>(
  {
    constant: (shape, data) => adopt(storable('constant', shape), Float64Array.from(data)),
    add: (a, b) => fill(a.shape, (i) => a.data[i] + b.data[i]),
    mul: (a, b) => fill(a.shape, (i) => a.data[i] * b.data[i]),
    div: (a, b) => fill(a.shape, (i) => a.data[i] / b.data[i]),
    scale: (c, a) => fill(a.shape, (i) => c * a.data[i]),
    shift: (c, a) => fill(a.shape, (i) => c + a.data[i]),
    unary: (f, a) => {
      const of = UNARY_FUNCTIONS[f];
      return fill(a.shape, (i) => of(a.data[i]));
    },
    matmul: (a, b) => {
      const [m, k] = a.shape.slice(-2);
      const n = last(b.shape);
      const shape = storable('matmul', [...rows(a.shape), n]);
      const out = new Float64Array(size(shape));
      for (let g = 0; g < size(shape.slice(0, -2)); g++) gemm(m, n, k, a.data, g * m * k, b.data, g * k * n, n, 1, out, g * m * n);
      return adopt(shape, out);
    },
    permute: (perm, a) => {
      const shape = perm.map((axis) => a.shape[axis]);
      return filled(shape, permuted(a.shape, perm, a.data));
    },
    reshape: (shape, a) => ({ shape: [...shape], data: a.data }),
    repeatLeading: (shape, a) => {
      const n = size(a.shape);
      const out = new Float64Array(size(storable('repeatLeading', shape)));
      copyRuns(n === 0 ? 0 : out.length / n, n, a.data, 0, 0, out, 0, n);
      return filled([...shape], out);
    },
    sumLeading: (shape, a) => {
      const out = new Float64Array(size(shape));
      for (let start = 0; start < a.data.length; start += out.length) for (let j = 0; j < out.length; j++) out[j] += a.data[start + j];
      return adopt(shape, out);
    },
    repeatLast: (n, a) => {
      const shape = storable('repeatLast', [...a.shape, n]);
      const out = new Float64Array(size(shape));
      for (let i = 0; i < a.data.length; i++) out.fill(a.data[i], i * n, (i + 1) * n);
      return adopt(shape, out);
    },
    sumLast: (a) => fill(rows(a.shape), (i) => sumOf(a.data, i * last(a.shape), last(a.shape))),
    slice: (axis, from, to, a) => {
      const shape = withAxis(a.shape, axis, to - from);
      const { outer, inner } = around(a.shape, axis);
      const out = new Float64Array(size(shape));
      copyRuns(outer, (to - from) * inner, a.data, from * inner, a.shape[axis] * inner, out, 0, (to - from) * inner);
      return filled(shape, out);
    },
    pad: (axis, from, length, a) => {
      const shape = storable('pad', withAxis(a.shape, axis, length));
      const { outer, inner } = around(a.shape, axis);
      const out = new Float64Array(size(shape));
      copyRuns(outer, a.shape[axis] * inner, a.data, 0, a.shape[axis] * inner, out, from * inner, length * inner);
      return adopt(shape, out);
    },
    concat: (axis, ...parts) => {
      const length = parts.reduce((n, part) => n + part.shape[axis], 0);
      const shape = storable('concat', withAxis(parts[0].shape, axis, length));
      const { outer, inner } = around(shape, axis);
      const out = new Float64Array(size(shape));
      let at = 0;
      for (const part of parts) {
        const run = part.shape[axis] * inner;
        copyRuns(outer, run, part.data, 0, run, out, at, shape[axis] * inner);
        at += run;
      }
      return adopt(shape, out);
    },
    maxLast: (a) => fill(rows(a.shape), (i) => maxOf(a.data, i * last(a.shape), last(a.shape))),
  },
  textbook,
  { isValue: holdsNumbers },
);
