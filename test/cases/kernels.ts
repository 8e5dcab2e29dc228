import type { Tensors } from '../../src/core/engine/engine.ts';
import { UNARY_FUNCTIONS } from '../../src/core/language/unary-functions.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';

/** Operations of a DeiT as loops over float64 numbers, honest unless a part is exchanged. Written apart from the reference. */

export const f = Math.fround;
type Numbers = ArrayLike<number>;
const lastOf = ({ shape }: Tensor): number => shape[shape.length - 1];

/** A number with so many bits of significand. */
export const bits =
  (n: number) =>
  (x: number): number => {
    if (x === 0 || !Number.isFinite(x)) return x;
    const step = 2 ** (Math.floor(Math.log2(Math.abs(x))) - n + 1);
    return Math.round(x / step) * step;
  };

/** A row at a time. */
export const byRow = (x: Tensor, of: (row: Float64Array, at: number) => Numbers): Tensor => {
  const n = lastOf(x);
  const out = new Float64Array(x.data.length);
  for (let at = 0; at * n < out.length; at++) out.set(Array.from(of(x.data.slice(at * n, (at + 1) * n), at)), at * n);
  return generate(x.shape, (i) => out[i]);
};

export interface DotStyle {
  /** What is done to each factor, to each product and to each sum on the way. */
  readonly factor?: (x: number) => number;
  readonly product?: (x: number) => number;
  readonly sum?: (x: number) => number;
  /** Of how many products the first are summed, of `k`. */
  readonly terms?: (k: number) => number;
  /** Where weight (n, k) of an (N, K) matrix is. */
  readonly weight?: (n: number, k: number, N: number, K: number) => number;
  readonly biased?: boolean;
}
const same = (x: number): number => x;

export const dense = (
  x: Tensor,
  w: Tensor,
  b: Tensor | undefined,
  { factor = same, product = same, sum = same, terms = same, weight = (n, k, _N, K) => n * K + k, biased = true }: DotStyle = {},
): Tensor => {
  const [N, K] = w.shape;
  const rounded = (t: Tensor): Float64Array => Float64Array.from(t.data, factor);
  const [xs, ws, count] = [rounded(x), rounded(w), terms(K)];
  return generate([...x.shape.slice(0, -1), N], (i) => {
    const [row, n] = [Math.floor(i / N) * K, i % N];
    let total = 0;
    for (let k = 0; k < count; k++) total = sum(total + product(xs[row + k] * ws[weight(n, k, N, K)]));
    return total + (b === undefined || !biased ? 0 : b.data[n]);
  });
};

const top = (row: Numbers): number => Array.from(row).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
export interface SoftmaxStyle {
  readonly most?: (row: Numbers) => number;
  readonly score?: (x: number) => number;
  readonly exp?: (x: number) => number;
}
/** Shares of a row. */
export const shares = (row: Numbers, { most = top, score = same, exp = Math.exp }: SoftmaxStyle = {}): Float64Array => {
  const scores = Float64Array.from(row, score);
  const m = most(scores);
  const e = scores.map((x) => exp(x - m));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((x) => x / sum);
};
export const softmax = (x: Tensor, style?: SoftmaxStyle): Tensor => byRow(x, (row) => shares(row, style));

export interface NormStyle {
  readonly eps?: (eps: number) => number;
  /** Over which count the squares are averaged. */
  readonly count?: (d: number) => number;
}
export const layerNorm = (eps: number, x: Tensor, g: Tensor, b: Tensor, { eps: of = same, count = same }: NormStyle = {}): Tensor =>
  byRow(x, (row) => {
    const mean = row.reduce((a, v) => a + v, 0) / row.length;
    const variance = row.reduce((a, v) => a + (v - mean) ** 2, 0) / count(row.length);
    return row.map((v, j) => ((v - mean) / Math.sqrt(variance + of(eps))) * g.data[j] + b.data[j]);
  });

export const gelu = (x: Tensor, of: (x: number) => number = UNARY_FUNCTIONS.gelu): Tensor => generate(x.shape, (i) => of(x.data[i]));

export interface AttentionStyle {
  readonly scale?: (d: number, D: number, heads: number) => number;
  readonly soft?: SoftmaxStyle;
  /** Whether query n of N sees key m. */
  readonly sees?: (n: number, m: number, N: number) => boolean;
  /** What becomes of the context of a head. */
  readonly context?: (
    v: number,
    at: {
      readonly b: number;
      readonly h: number;
      readonly heads: number;
      readonly d: number;
      readonly D: number;
      readonly N: number;
      readonly B: number;
    },
  ) => number;
}
export const mhsa = (
  { x, qkv_w, qkv_b, proj_w, proj_b }: Tensors,
  heads: number,
  { scale = (d) => 1 / Math.sqrt(d), soft = {}, sees = () => true, context = same }: AttentionStyle = {},
): Tensor => {
  const [B, N, D] = x.shape;
  const d = D / heads;
  const qkv = dense(x, qkv_w, qkv_b).data;
  const out = new Float64Array(B * N * D);
  for (let b = 0; b < B; b++)
    for (let h = 0; h < heads; h++) {
      const at = (which: number, n: number, i: number): number => qkv[((b * N + n) * 3 + which) * D + h * d + i];
      for (let n = 0; n < N; n++) {
        const keys = Array.from({ length: N }, (_, m) => m).filter((m) => sees(n, m, N));
        const scores = keys.map((m) => {
          let s = 0;
          for (let i = 0; i < d; i++) s += at(0, n, i) * at(1, m, i);
          return s * scale(d, D, heads);
        });
        const p = shares(scores, soft);
        for (let i = 0; i < d; i++)
          out[(b * N + n) * D + h * d + i] = context(
            keys.reduce((sum, m, j) => sum + p[j] * at(2, m, i), 0),
            { b, h, heads, d, D, N, B },
          );
      }
    }
  return dense(
    generate(x.shape, (i) => out[i]),
    proj_w,
    proj_b,
  );
};

export const mlp = ({ x, w1, b1, w2, b2 }: Tensors, of?: (x: number) => number): Tensor => dense(gelu(dense(x, w1, b1), of), w2, b2);

/** Patches as tokens; `place` says which token patch (r, c) of a grid is. */
export const patchEmbed = (
  { img, w, b }: Tensors,
  place: (r: number, c: number, rows: number, columns: number, P: number) => number = (r, c, _, columns) => r * columns + c,
): Tensor => {
  const [[B, C, H, W], [D, , P]] = [img.shape, w.shape];
  const [rows, columns] = [H / P, W / P];
  const out = new Float64Array(B * rows * columns * D);
  for (let n = 0; n < B; n++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        for (let k = 0; k < D; k++) {
          let sum = b.data[k];
          for (let ch = 0; ch < C; ch++)
            for (let i = 0; i < P; i++)
              for (let j = 0; j < P; j++)
                sum += img.data[((n * C + ch) * H + r * P + i) * W + c * P + j] * w.data[((k * C + ch) * P + i) * P + j];
          out[(n * rows * columns + place(r, c, rows, columns, P)) * D + k] = sum;
        }
  return generate([B, rows * columns, D], (i) => out[i]);
};

/** Cross-entropy with labels or a target, by `logOf` of a row's shares. */
export const crossEntropy = (
  { z, labels, target }: Tensors,
  { smoothing, variant }: { readonly smoothing: number; readonly variant: string },
  logs: (row: Float64Array) => Float64Array,
): Tensor => {
  const [B, C] = z.shape;
  let total = 0;
  for (let b = 0; b < B; b++) {
    const log = logs(z.data.slice(b * C, (b + 1) * C));
    for (let c = 0; c < C; c++) {
      const hit = target === undefined && labels.data[b] === c ? 1 : 0;
      // The paper spreads ε over the other classes, timm over all.
      const smooth = variant === 'paper' ? (hit ? 1 - smoothing : smoothing / (C - 1)) : (1 - smoothing) * hit + smoothing / C;
      total -= (target === undefined ? smooth : target.data[b * C + c]) * log[c];
    }
  }
  return generate([], () => total / B);
};
export const logShares = (row: Float64Array): Float64Array => {
  const m = top(row);
  const sum = row.reduce((a, x) => a + Math.exp(x - m), 0);
  return row.map((x) => x - m - Math.log(sum));
};
