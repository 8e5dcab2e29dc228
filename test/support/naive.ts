import { generic } from '../../src/core/interpret/generic.ts';
import { complete } from '../../src/core/language/interpreter.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { checkedShape } from '../../src/core/language/shape-rules.ts';
import { call } from '../../src/core/language/signatures.ts';
import { UNARY_FUNCTIONS } from '../../src/core/language/unary-functions.ts';
import { last, type Shape, size, strides, withAxis } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';

/** Where index `i` of a tensor of this shape lies along each axis. */
const indexOf = (shape: Shape, i: number): readonly number[] => strides(shape).map((step, axis) => Math.floor(i / step) % shape[axis]);
/** The element at an index. */
const at = (a: Tensor, index: readonly number[]): number => a.data[strides(a.shape).reduce((i, step, axis) => i + step * index[axis], 0)];
/** A tensor from a function of its index. */
const build = (shape: Shape, f: (index: readonly number[]) => number): Tensor => generate(shape, (i) => f(indexOf(shape, i)));
const sum = (n: number, term: (k: number) => number): number => {
  let s = 0;
  for (let k = 0; k < n; k++) s += term(k);
  return s;
};
const withIndex = (index: readonly number[], axis: number, i: number): readonly number[] => index.map((v, j) => (j === axis ? i : v));
const rest = (shape: Shape, tail: Shape): Shape => shape.slice(0, shape.length - tail.length);

const plain: Ops<Tensor> = complete<Tensor>({
  constant: tensor,
  add: (a, b) => build(a.shape, (i) => at(a, i) + at(b, i)),
  mul: (a, b) => build(a.shape, (i) => at(a, i) * at(b, i)),
  div: (a, b) => build(a.shape, (i) => at(a, i) / at(b, i)),
  scale: (c, a) => build(a.shape, (i) => c * at(a, i)),
  shift: (c, a) => build(a.shape, (i) => c + at(a, i)),
  unary: (f, a) => build(a.shape, (i) => UNARY_FUNCTIONS[f](at(a, i))),
  matmul: (a, b) =>
    build([...a.shape.slice(0, -1), last(b.shape)], (i) => {
      const [lead, m, n] = [i.slice(0, -2), i[i.length - 2], i[i.length - 1]];
      return sum(last(a.shape), (k) => at(a, [...lead, m, k]) * at(b, [...lead, k, n]));
    }),
  permute: (perm, a) => build(perm.map((axis) => a.shape[axis]), (i) => at(a, a.shape.map((_, axis) => i[perm.indexOf(axis)]))),
  reshape: (shape, a) => generate(shape, (i) => a.data[i]),
  repeatLeading: (shape, a) => build(shape, (i) => at(a, i.slice(shape.length - a.shape.length))),
  sumLeading: (shape, a) => {
    const lead = rest(a.shape, shape);
    return build(shape, (i) => sum(size(lead), (k) => at(a, [...indexOf(lead, k), ...i])));
  },
  repeatLast: (n, a) => build([...a.shape, n], (i) => at(a, i.slice(0, -1))),
  sumLast: (a) => build(a.shape.slice(0, -1), (i) => sum(last(a.shape), (j) => at(a, [...i, j]))),
  slice: (axis, from, to, a) => build(withAxis(a.shape, axis, to - from), (i) => at(a, withIndex(i, axis, i[axis] + from))),
  pad: (axis, from, length, a) =>
    build(withAxis(a.shape, axis, length), (i) => {
      const j = i[axis] - from;
      return j >= 0 && j < a.shape[axis] ? at(a, withIndex(i, axis, j)) : 0;
    }),
  concat: (axis, ...parts) =>
    build(withAxis(parts[0].shape, axis, sum(parts.length, (p) => parts[p].shape[axis])), (i) => {
      let j = i[axis];
      let p = 0;
      while (j >= parts[p].shape[axis]) j -= parts[p++].shape[axis];
      return at(parts[p], withIndex(i, axis, j));
    }),
  maxLast: (a) =>
    build(a.shape.slice(0, -1), (i) => {
      let m = at(a, [...i, 0]);
      for (let j = 1; j < last(a.shape); j++) {
        const x = at(a, [...i, j]);
        // NaN wins, and of the zeros 0.
        if (x > m || Number.isNaN(x) || (x === 0 && Object.is(m, -0))) m = x;
      }
      return m;
    }),
}); // biome-ignore format: one definition a line

/**
 * The definition of every primitive, as one index expression each; named operations are derived. Slow, and what the
 * reference must equal bit for bit.
 */
export const naive: Ops<Tensor> = generic<Tensor>((op, attrs, args) => {
  checkedShape(op, attrs, args.map((a) => a.shape)); // biome-ignore format: one line
  return call(plain, op, attrs, args);
});
