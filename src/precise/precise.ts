import { complete } from '../core/language/interpreter.ts';
import type { Ops, Primitives } from '../core/language/ops.ts';
import { checkedShape } from '../core/language/shape-rules.ts';
import { type Attributes, holdsNumbers, type OpName } from '../core/language/signatures.ts';
import { last, type Shape, size, strides } from '../core/tensor/shape.ts';
import { storable } from '../core/tensor/tensor.ts';
import { type BigNumber, bigNumbers, exactly } from './big-number.ts';
import { elementary } from './elementary.ts';
import type { Precise } from './tensor.ts';

const fill = (shape: Shape, f: (i: number) => BigNumber): Precise => ({
  shape,
  data: Array.from({ length: size(shape) }, (_, i) => f(i)),
});

/** The shape of a result, of which every number is to be stored. */
const resultShape = <K extends OpName>(op: K, attrs: Attributes[K], ...args: readonly Precise[]): Shape =>
  storable(op, checkedShape(op, attrs, args.map((a) => a.shape))); // biome-ignore format: one line

/** Index along `axis` of flat index `i`, and the flat index it has in `to` when that index is moved by `move`. */
const along = (shape: Shape, axis: number, i: number, to: Shape, move: number): { readonly at: number; readonly flat: number } => {
  const inner = size(shape.slice(axis + 1));
  const at = Math.floor(i / inner) % shape[axis];
  const outer = Math.floor(i / (inner * shape[axis]));
  return { at, flat: (outer * to[axis] + at + move) * inner + (i % inner) };
};

/**
 * The language over decimal numbers of `digits` significant digits: the judge of the float64 reference. Sums and products
 * round to `digits`; the scalar functions are exact to the last digit but one. Data moves as it is.
 *
 * Attributes (`scale`, `shift`, `eps`) are doubles, taken at their exact values.
 *
 * @throws RangeError when `digits` is not a whole number of at least 1; ShapeError naming the operation and the shapes.
 * @example
 * const o = precise(40);
 * String(o.unary('exp', toPrecise(tensor([1], [1]))).data[0]) // '2.718281828459045235360287471352662497757'
 */
export const precise = (digits: number): Ops<Precise> => {
  const B = bigNumbers(digits);
  const functions = elementary(B);
  const zero = new B(0);
  const plus = (a: BigNumber, b: BigNumber): BigNumber => new B(a).plus(b);
  const times = (a: BigNumber, b: BigNumber): BigNumber => new B(a).times(b);
  const sum = (n: number, f: (i: number) => BigNumber): BigNumber => {
    let total = zero;
    for (let i = 0; i < n; i++) total = total.plus(f(i));
    return total;
  };
  const primitives: Omit<Primitives<Precise>, 'tag' | 'within'> = {
    constant: (shape, data) => fill(resultShape('constant', [shape, data, undefined]), (i) => exactly(B, data[i])),
    add: (a, b) => fill(resultShape('add', [], a, b), (i) => plus(a.data[i], b.data[i])),
    mul: (a, b) => fill(resultShape('mul', [], a, b), (i) => times(a.data[i], b.data[i])),
    div: (a, b) => fill(resultShape('div', [], a, b), (i) => new B(a.data[i]).div(b.data[i])),
    scale: (c, a) => fill(resultShape('scale', [c], a), (i) => times(exactly(B, c), a.data[i])),
    shift: (c, a) => fill(resultShape('shift', [c], a), (i) => plus(exactly(B, c), a.data[i])),
    unary: (f, a) => fill(resultShape('unary', [f], a), (i) => functions[f](a.data[i])),
    matmul: (a, b) => {
      const shape = resultShape('matmul', [], a, b);
      const [m, k] = a.shape.slice(-2);
      const n = last(b.shape);
      return fill(shape, (i) => {
        const row = Math.floor(i / n);
        const left = row * k;
        const right = Math.floor(row / m) * k * n + (i % n);
        return sum(k, (j) => times(a.data[left + j], b.data[right + j * n]));
      });
    },
    permute: (perm, a) => {
      const shape = resultShape('permute', [perm], a);
      const step = strides(a.shape);
      const mine = strides(shape);
      return fill(shape, (i) => a.data[shape.reduce((flat, n, axis) => flat + (Math.floor(i / mine[axis]) % n) * step[perm[axis]], 0)]);
    },
    reshape: (shape, a) => ({ shape: resultShape('reshape', [shape], a), data: a.data }),
    repeatLeading: (shape, a) => fill(resultShape('repeatLeading', [shape], a), (i) => a.data[i % a.data.length]),
    sumLeading: (shape, a) => {
      const n = size(resultShape('sumLeading', [shape], a));
      return fill(shape, (i) => sum(n === 0 ? 0 : a.data.length / n, (r) => a.data[r * n + i]));
    },
    repeatLast: (n, a) => fill(resultShape('repeatLast', [n], a), (i) => a.data[Math.floor(i / n)]),
    sumLast: (a) => fill(resultShape('sumLast', [], a), (i) => sum(last(a.shape), (j) => a.data[i * last(a.shape) + j])),
    slice: (axis, from, to, a) => {
      const shape = resultShape('slice', [axis, from, to], a);
      return fill(shape, (i) => a.data[along(shape, axis, i, a.shape, from).flat]);
    },
    pad: (axis, from, length, a) => {
      const shape = resultShape('pad', [axis, from, length], a);
      return fill(shape, (i) => {
        const { at, flat } = along(shape, axis, i, a.shape, -from);
        return at >= from && at < from + a.shape[axis] ? a.data[flat] : zero;
      });
    },
    concat: (axis, ...parts) => {
      const shape = resultShape('concat', [axis], ...parts);
      const starts = parts.map((_, p) => parts.slice(0, p).reduce((at, part) => at + part.shape[axis], 0));
      return fill(shape, (i) => {
        const { at } = along(shape, axis, i, shape, 0);
        const p = starts.findLastIndex((start, q) => at >= start && at < start + parts[q].shape[axis]);
        return parts[p].data[along(shape, axis, i, parts[p].shape, -starts[p]).flat];
      });
    },
    maxLast: (a) => {
      const n = last(a.shape);
      const greatest = (x: BigNumber, y: BigNumber): BigNumber => {
        if (x.isNaN() || y.isNaN()) return new B(NaN);
        // 0 is above −0.
        return y.gt(x) || (y.eq(x) && x.isNeg()) ? y : x;
      };
      return fill(resultShape('maxLast', [], a), (i) => a.data.slice(i * n, (i + 1) * n).reduce(greatest));
    },
  };
  // a + (−1) · b would round b to `digits` first, and x − x not be 0.
  const sub = (a: Precise, b: Precise): Precise => fill(resultShape('sub', [], a, b), (i) => new B(a.data[i]).minus(b.data[i]));
  return complete<Precise>(primitives, { sub }, { isValue: holdsNumbers });
};
