import { generic } from '../../../src/core/interpret/generic.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { FORMATS, type FormatName, rounding, roundTensor } from '../../../src/core/interpret/rounded.ts';
import { complete } from '../../../src/core/language/interpreter.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import { call } from '../../../src/core/language/signatures.ts';
import { last, size } from '../../../src/core/tensor/shape.ts';
import { adopt, generate, type Tensor, tensor } from '../../../src/core/tensor/tensor.ts';
import { ZOO } from '../zoo.ts';

const f = Math.fround;
/** The sum of `k` products in float32. */
type Order = (k: number, a: Float64Array, x: number, b: Float64Array, y: number) => number;

/** Orders of summation, in loops that a whole model can bear. */
export const ORDERS: Readonly<Record<string, Order>> = {
  forwards: (k, a, x, b, y) => {
    let s = 0;
    for (let i = 0; i < k; i++) s = f(s + f(a[x + i] * b[y + i]));
    return s;
  },
  backwards: (k, a, x, b, y) => {
    let s = 0;
    for (let i = k - 1; i >= 0; i--) s = f(s + f(a[x + i] * b[y + i]));
    return s;
  },
  'in eight lanes': (k, a, x, b, y) => {
    const lane = new Float64Array(8);
    for (let i = 0; i < k; i++) lane[i & 7] = f(lane[i & 7] + f(a[x + i] * b[y + i]));
    return f(f(f(lane[0] + lane[1]) + f(lane[2] + lane[3])) + f(f(lane[4] + lane[5]) + f(lane[6] + lane[7])));
  },
  'in tiles of 32': (k, a, x, b, y) => {
    let s = 0;
    for (let start = 0; start < k; start += 32) {
      let tile = 0;
      for (let i = start; i < Math.min(k, start + 32); i++) tile = f(tile + f(a[x + i] * b[y + i]));
      s = f(s + tile);
    }
    return s;
  },
  'fused multiply-add': (k, a, x, b, y) => {
    let s = 0;
    for (let i = 0; i < k; i++) s = f(s + a[x + i] * b[y + i]);
    return s;
  },
  'float64 inside': (k, a, x, b, y) => {
    let s = 0;
    for (let i = 0; i < k; i++) s += a[x + i] * b[y + i];
    return f(s);
  },
};

/** Matrix products in an order, their factors rounded first. */
const matmul =
  (order: Order, factor: (t: Tensor) => Tensor): Ops<Tensor>['matmul'] =>
  (left, right) => {
    const [a, b] = [factor(left).data as Float64Array, factor(right).data];
    const [m, k] = left.shape.slice(-2);
    const n = last(right.shape);
    const groups = size(left.shape.slice(0, -2));
    const out = new Float64Array(groups * m * n);
    const column = new Float64Array(k);
    for (let g = 0; g < groups; g++)
      for (let j = 0; j < n; j++) {
        for (let i = 0; i < k; i++) column[i] = b[(g * k + i) * n + j];
        for (let i = 0; i < m; i++) out[(g * m + i) * n + j] = order(k, a, (g * m + i) * k, column, 0);
      }
    return adopt([...left.shape.slice(0, -1), n], out);
  };

/** How an honest implementation computes. */
export interface Style {
  readonly order: Order;
  /** Whose softmax, LayerNorm and scalar functions. @defaultValue those of textbooks */
  readonly like?: Ops<Tensor>;
  /** What every result is stored in. @defaultValue F32 */
  readonly storage?: FormatName;
  /** What the factors of products are rounded to. @defaultValue what they are stored in */
  readonly products?: FormatName;
}

/** An honest implementation that sums in float32. */
export const emulated = ({ order, like = ZOO['float64 inside'], storage = 'F32', products }: Style): Ops<Tensor> => {
  const factor = products === undefined ? (t: Tensor) => t : (t: Tensor) => roundTensor(FORMATS[products], t);
  const { softmax, layerNorm, logSoftmax } = like;
  const single = complete<Tensor>({ ...like, matmul: matmul(order, factor) }, { softmax, layerNorm, logSoftmax });
  if (storage === 'F32') return single;
  const round = (t: Tensor): Tensor => roundTensor(FORMATS[storage], t);
  return generic<Tensor>(
    (op, attrs, args) => (op === 'reshape' || op === 'tag' ? call(single, op, attrs, args) : round(call(single, op, attrs, args))),
    ['sub', 'mean', 'softmax', 'logSoftmax', 'gelu', 'layerNorm', 'linear'],
  );
};

/** Orders of summation in float64, other than the reference's. */
export const ORDERS64: Readonly<Record<string, Order>> = {
  backwards: (k, a, x, b, y) => {
    let s = 0;
    for (let i = k - 1; i >= 0; i--) s += a[x + i] * b[y + i];
    return s;
  },
  'in eight lanes': (k, a, x, b, y) => {
    const lane = new Float64Array(8);
    for (let i = 0; i < k; i++) lane[i & 7] += a[x + i] * b[y + i];
    return lane[0] + lane[1] + (lane[2] + lane[3]) + (lane[4] + lane[5] + (lane[6] + lane[7]));
  },
};

/** An honest implementation in float64, whose exponentials and GELU are JavaScript's own and a textbook's. */
export const doubles = (order: Order): Ops<Tensor> => {
  const own: Readonly<Record<string, (x: number) => number>> = {
    exp: Math.exp,
    rsqrt: (x) => 1 / Math.sqrt(x),
    gelu: (x) => 0.5 * x * (1 + reference.unary('erf', tensor([], [x * Math.SQRT1_2])).data[0]),
  };
  return complete<Tensor>({
    ...reference,
    matmul: matmul(order, (t) => t),
    sumLast: (a) => {
      const n = last(a.shape);
      return generate(a.shape.slice(0, -1), (row) => a.data.slice(row * n, (row + 1) * n).reduceRight((sum, x) => sum + x, 0));
    },
    unary: (name, a) => (own[name] === undefined ? reference.unary(name, a) : generate(a.shape, (i) => own[name](a.data[i]))),
  });
};

/** A tensor as it is stored. */
export const storedIn = (format: FormatName, t: Tensor): Tensor => {
  const round = rounding(FORMATS[format]);
  return adopt(t.shape, Float64Array.from(t.data, round));
};
