import type { Arithmetic } from '../../src/core/engine/arithmetic.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { complete } from '../../src/core/language/interpreter.ts';
import type { Named, Ops } from '../../src/core/language/ops.ts';
import { last, size } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';

/** float32 whose elementary functions are wrong by up to 2u. */
export const FLOAT32: Arithmetic = { u: 2 ** -24, elementary: () => 2, tiny: 2 ** -126 };
export const FLOAT64: Arithmetic = { u: 2 ** -53, elementary: () => 2, tiny: 2 ** -1022 };

const f = Math.fround;
export type Sum = (terms: Float64Array) => number;
/** A dot product of float32 numbers: `n` pairs by index. */
type Dot = (n: number, a: (i: number) => number, b: (i: number) => number) => number;

const sequential: Sum = (t) => t.reduce((s, x) => f(s + x), 0);
const pairwise: Sum = (t) =>
  t.length <= 2 ? sequential(t) : f(pairwise(t.subarray(0, t.length >> 1)) + pairwise(t.subarray(t.length >> 1)));
const kahan: Sum = (t) => {
  let [s, c] = [0, 0];
  for (const x of t) {
    const y = f(x - c);
    const next = f(s + y);
    c = f(f(next - s) - y);
    s = next;
  }
  return s;
};
const lanes: Sum = (t) => {
  const part = new Float64Array(8);
  for (const [i, x] of t.entries()) part[i % 8] = f(part[i % 8] + x);
  return pairwise(part);
};

export const SUMS: Readonly<Record<string, Sum>> = {
  sequential,
  reverse: (t) => sequential(Float64Array.from(t).reverse()),
  pairwise,
  kahan,
  lanes,
  'float64 inside': (t) => f(t.reduce((s, x) => s + x, 0)),
};
const dotOf =
  (sum: Sum): Dot =>
  (n, a, b) =>
    sum(Float64Array.from({ length: n }, (_, i) => f(a(i) * b(i))));
/** Fused multiply-add: the product of two float32 numbers is exact in float64. */
const fused: Dot = (n, a, b) => {
  let s = 0;
  for (let i = 0; i < n; i++) s = f(s + a(i) * b(i));
  return s;
};

/** A function that is honest but as wrong as it may be: up or down by almost 2u, by a hash of its argument. */
const worst =
  (g: (x: number) => number) =>
  (x: number): number => {
    const sign = (Math.imul(Math.trunc(x * 65536) ^ 0x5bd1e995, 0x2c1b3c6d) >>> 7) & 1 ? 1 : -1;
    return f(g(x) * (1 + sign * 0.95 * 2 ** -24));
  };
const exact =
  (g: (x: number) => number) =>
  (x: number): number =>
    f(g(x));

const scalar = (name: Parameters<Ops<Tensor>['unary']>[0]) => (x: number) =>
  reference.unary(
    name,
    generate([], () => x),
  ).data[0];
const exponential = scalar('exp');
const map = (a: Tensor, g: (x: number, i: number) => number): Tensor => generate(a.shape, (i) => g(a.data[i], i));
export const rowsOf = (a: Tensor, g: (row: Float64Array) => readonly number[] | Float64Array): Tensor => {
  const n = last(a.shape);
  const out = new Float64Array(size(a.shape));
  for (let start = 0; start < out.length; start += n) out.set(g(a.data.slice(start, start + n)), start);
  return generate(a.shape, (i) => out[i]);
};

interface Style {
  readonly sum?: Sum;
  readonly dot?: Dot;
  readonly around?: (g: (x: number) => number) => (x: number) => number;
  readonly own?: (o: Ops<Tensor>) => Partial<Named<Tensor>>;
}

/** An implementation in float32: every scalar operation rounded, sums and functions in the style given. */
export const single = ({ sum = sequential, dot = dotOf(sum), around = exact, own = () => ({}) }: Style = {}): Ops<Tensor> => {
  const of = (name: Parameters<Ops<Tensor>['unary']>[0]) => around(scalar(name));
  const honest: Record<string, (x: number) => number> = {
    // Φ and GELU the usual way, from erf, cancellation in the negative tail included.
    cdf: (x) => f(0.5 * f(1 + of('erf')(f(x * f(Math.SQRT1_2))))),
    gelu: (x) => f(f(0.5 * x) * f(1 + of('erf')(f(x * f(Math.SQRT1_2))))),
    sqrt: (x) => f(Math.sqrt(x)),
    rsqrt: (x) => f(1 / f(Math.sqrt(x))),
  };
  const primitives: Ops<Tensor> = {
    ...reference,
    constant: (shape, data) => generate(shape, (i) => f(data[i])),
    add: (a, b) => map(a, (x, i) => f(x + b.data[i])),
    mul: (a, b) => map(a, (x, i) => f(x * b.data[i])),
    div: (a, b) => map(a, (x, i) => f(x / b.data[i])),
    scale: (c, a) => map(a, (x) => f(f(c) * x)),
    shift: (c, a) => map(a, (x) => f(f(c) + x)),
    unary: (name, a) => map(a, honest[name] ?? of(name)),
    matmul: (a, b) => {
      const [m, k] = a.shape.slice(-2);
      const n = last(b.shape);
      return generate([...a.shape.slice(0, -1), n], (at) => {
        const [row, column, g] = [Math.floor(at / n), at % n, Math.floor(at / (m * n))];
        return dot(
          k,
          (i) => a.data[row * k + i],
          (i) => b.data[(g * k + i) * n + column],
        );
      });
    },
    sumLeading: (shape, a) => {
      const n = size(shape);
      const count = size(a.shape) / n;
      return generate(shape, (j) => sum(Float64Array.from({ length: count }, (_, i) => a.data[i * n + j])));
    },
    sumLast: (a) => {
      const n = last(a.shape);
      return generate(a.shape.slice(0, -1), (i) => sum(Float64Array.from(a.data.slice(i * n, (i + 1) * n))));
    },
  };
  return complete(primitives, own);
};

/** LayerNorm with Welford's running mean and sum of squares. */
const welford = (affine: boolean) => (): Partial<Named<Tensor>> => ({
  layerNorm: (eps, x, gain, bias) =>
    rowsOf(x, (row) => {
      let [mean, m2] = [0, 0];
      for (const [i, v] of row.entries()) {
        const delta = f(v - mean);
        mean = f(mean + f(delta / (i + 1)));
        m2 = f(m2 + f(delta * f(v - mean)));
      }
      const rstd = f(1 / f(Math.sqrt(f(f(m2 / row.length) + f(eps)))));
      const shift = f(-f(mean * rstd));
      return row.map((v, j) => {
        const normal = affine ? f(f(v * rstd) + shift) : f(f(v - mean) * rstd);
        return f(f(normal * gain.data[j]) + bias.data[j]);
      });
    }),
});

/** Softmax in one pass over tiles, the sum rescaled whenever the maximum grows. */
const flash = (tile: number) => (): Partial<Named<Tensor>> => ({
  softmax: (x) =>
    rowsOf(x, (row) => {
      let [top, sum] = [Number.NEGATIVE_INFINITY, 0];
      for (let start = 0; start < row.length; start += tile) {
        const part = row.subarray(start, start + tile);
        const next = Math.max(top, ...part);
        sum = f(sum * (top === Number.NEGATIVE_INFINITY ? 0 : f(exponential(f(top - next)))));
        for (const v of part) sum = f(sum + f(exponential(f(v - next))));
        top = next;
      }
      return row.map((v) => f(f(exponential(f(v - top))) / sum));
    }),
});

/** Honest implementations: whatever any of them computes must be within the bound. */
export const ZOO: Readonly<Record<string, Ops<Tensor>>> = {
  ...Object.fromEntries(Object.entries(SUMS).map(([name, sum]) => [name, single({ sum })])),
  'fused multiply-add': single({ dot: fused }),
  'worst elementary functions': single({ sum: SUMS.reverse, around: worst }),
  'Welford LayerNorm, flash softmax': single({ sum: lanes, own: () => ({ ...welford(false)(), ...flash(16)() }) }),
  'affine LayerNorm, reciprocal softmax': single({
    sum: pairwise,
    own: (o) => ({
      ...welford(true)(),
      softmax: (x) => {
        const e = o.unary('exp', o.sub(x, o.repeatLast(last(x.shape), o.maxLast(x))));
        return o.mul(
          e,
          o.repeatLast(
            last(x.shape),
            map(o.sumLast(e), (s) => f(1 / s)),
          ),
        );
      },
      // The scale multiplies the queries, not the scores.
      attention: (scale, q, k, v) => {
        const rank = k.shape.length;
        const kt = o.permute(
          k.shape.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i)),
          k,
        );
        return o.matmul(o.softmax(o.matmul(o.scale(scale, q), kt)), v);
      },
    }),
  }),
};

/** Not honest: the variance as mean(x²) − mean(x)², which cancels on rows far from 0. */
export const oneSum: Ops<Tensor> = single({
  own: () => ({
    layerNorm: (eps, x, gain, bias) =>
      rowsOf(x, (row) => {
        const mean = f(sequential(row) / row.length);
        const square = f(sequential(row.map((v) => f(v * v))) / row.length);
        const variance = Math.max(0, f(square - f(mean * mean)));
        const rstd = f(1 / f(Math.sqrt(f(variance + f(eps)))));
        return row.map((v, j) => f(f(f(f(v - mean) * rstd) * gain.data[j]) + bias.data[j]));
      }),
  }),
});
