import { reference } from '../../../src/core/interpret/reference.ts';
import { generate, type Tensor } from '../../../src/core/tensor/tensor.ts';

/** A DeiT in plain loops over numbers, as somebody writes it who has never seen this repository; each part may be written wrongly. */

export const erf = (x: number): number =>
  reference.unary(
    'erf',
    generate([], () => x),
  ).data[0];
export const gelu = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export const softmax = (row: readonly number[]): readonly number[] => {
  const top = Math.max(...row);
  const e = row.map((v) => Math.exp(v - top));
  return e.map((v) => v / sum(e));
};
export const logSoftmax = (row: readonly number[]): readonly number[] => {
  const top = Math.max(...row);
  const log = Math.log(sum(row.map((v) => Math.exp(v - top))));
  return row.map((v) => v - top - log);
};
export const argmax = (row: readonly number[]): number => row.indexOf(Math.max(...row));

/** `x wᵀ + b` on the last axis. */
export const dense = (x: Tensor, w: Tensor, b?: Tensor): Tensor => {
  const [n, k] = w.shape;
  return generate([...x.shape.slice(0, -1), n], (at) => {
    const [row, j] = [Math.floor(at / n), at % n];
    let y = b === undefined ? 0 : b.data[j];
    for (let i = 0; i < k; i++) y += x.data[row * k + i] * w.data[j * k + i];
    return y;
  });
};

interface AttentionForm {
  /** Which third of the channels are queries, keys, values. */
  readonly order?: readonly [number, number, number];
  readonly channel?: (part: number, head: number, i: number, d: number, heads: number) => number;
  readonly scale?: (d: number) => number;
  readonly score?: (s: number, query: number, key: number) => number;
}

/** The heads' results side by side, from queries, keys and values `(B, N, 3D)`. */
export const attention = (qkv: Tensor, heads: number, form: AttentionForm = {}): Tensor => {
  const { order = [0, 1, 2], scale = (d) => 1 / Math.sqrt(d), score = (s) => s } = form;
  const channel = form.channel ?? ((part, head, i, d, all) => (part * all + head) * d + i);
  const [b, n, width] = qkv.shape;
  const D = width / 3;
  const d = D / heads;
  const out = new Float64Array(b * n * D);
  for (let image = 0; image < b; image++)
    for (let h = 0; h < heads; h++) {
      const at = (part: 0 | 1 | 2, token: number, i: number): number =>
        qkv.data[(image * n + token) * width + channel(order[part], h, i, d, heads)];
      for (let q = 0; q < n; q++) {
        const scores = Array.from({ length: n }, (_, k) => {
          let s = 0;
          for (let i = 0; i < d; i++) s += at(0, q, i) * at(1, k, i);
          return score(s * scale(d), q, k);
        });
        const p = softmax(scores);
        for (let i = 0; i < d; i++) out[(image * n + q) * D + h * d + i] = sum(p.map((share, k) => share * at(2, k, i)));
      }
    }
  return generate([b, n, D], (i) => out[i]);
};

/** Patches as rows; `place` says where a pixel of a patch goes in its row. */
export const patches = (
  img: Tensor,
  p: number,
  place: (c: number, y: number, x: number, p: number, channels: number) => number = (c, y, x, side) => (c * side + y) * side + x,
): Tensor => {
  const [b, channels, height, width] = img.shape;
  const [rows, columns, n] = [height / p, width / p, channels * p * p];
  const out = new Float64Array(b * rows * columns * n);
  for (let image = 0; image < b; image++)
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const token = (image * rows + Math.floor(y / p)) * columns + Math.floor(x / p);
          out[token * n + place(c, y % p, x % p, p, channels)] = img.data[((image * channels + c) * height + y) * width + x];
        }
  return generate([b, rows * columns, n], (i) => out[i]);
};

/** LayerNorm of each row. */
export const norm = (x: Tensor, g: Tensor, b: Tensor, eps: number): Tensor => {
  const d = g.data.length;
  const out = new Float64Array(x.data.length);
  for (let start = 0; start < out.length; start += d) {
    const row = Array.from(x.data.slice(start, start + d));
    const mean = sum(row) / d;
    const r = 1 / Math.sqrt(sum(row.map((v) => (v - mean) ** 2)) / d + eps);
    for (let j = 0; j < d; j++) out[start + j] = (row[j] - mean) * r * g.data[j] + b.data[j];
  }
  return generate(x.shape, (i) => out[i]);
};

type Numbers = readonly number[];
/** What of a model is written wrongly. */
export interface Form {
  readonly order?: readonly ('cls' | 'dist')[];
  readonly reads?: readonly [cls: number, dist: number];
  readonly finalNorm?: boolean;
  readonly sublayer?: (x: Numbers, normed: (t: Numbers) => Numbers, branch: (t: Numbers) => Numbers) => Numbers;
  readonly evaluation?: (cls: Numbers, dist: Numbers) => Numbers;
}
interface Sizes {
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly patch: number;
  readonly distilled: boolean;
  readonly eps: number;
}

/** Logits, and every activation that there is a name for. */
export const model = (p: Readonly<Record<string, Tensor>>, sizes: Sizes, form: Form): Record<string, Tensor> & { logits_cls: Tensor; logits_eval: Tensor } => {
  const { dim, depth, heads, patch, distilled, eps } = sizes;
  const seen: Record<string, Tensor> = {};
  const embedded = dense(patches(p.image, patch), { shape: [dim, p['patch_embed.proj.weight'].data.length / dim], data: p['patch_embed.proj.weight'].data }, p['patch_embed.proj.bias']);
  seen.patch_tokens = embedded;
  const [b, count] = embedded.shape;
  const special = distilled ? (form.order ?? ['cls', 'dist']) : (['cls'] as const);
  const n = special.length + count;
  const at = (t: Tensor, name: string): Tensor => {
    seen[name] = t;
    return t;
  };
  let x = at(generate([b, n, dim], (i) => {
    const [image, token, k] = [Math.floor(i / (n * dim)), Math.floor(i / dim) % n, i % dim];
    const one = token < special.length ? p[`${special[token]}_token`].data[k] : embedded.data[(image * count + token - special.length) * dim + k];
    return one + p.pos_embed.data[token * dim + k];
  }), 'tokens');
  const tensorOf = (data: Numbers): Tensor => generate([b, n, dim], (i) => data[i]);
  const numbers = (t: Tensor): Numbers => Array.from(t.data);
  const sublayer = form.sublayer ?? ((t, normed, branch) => { const y = branch(normed(t)); return t.map((v, i) => v + y[i]); });
  for (let i = 0; i < depth; i++) {
    const name = `blocks.${i}`;
    const affine = (layer: string): readonly [Tensor, Tensor] => [p[`${name}.${layer}.weight`], p[`${name}.${layer}.bias`]];
    const normed = (layer: string) => (t: Numbers): Numbers => numbers(at(norm(tensorOf(t), ...affine(layer), eps), `${name}.${layer}`));
    const attend = (t: Numbers): Numbers => {
      const qkv = at(dense(tensorOf(t), ...affine('attn.qkv')), `${name}.qkv`);
      return numbers(at(dense(at(attention(qkv, heads), `${name}.attn_ctx`), ...affine('attn.proj')), `${name}.attn_out`));
    };
    const feed = (t: Numbers): Numbers => {
      const h = at(dense(tensorOf(t), ...affine('mlp.fc1')), `${name}.mlp_fc1`);
      return numbers(at(dense(at(generate(h.shape, (j) => gelu(h.data[j])), `${name}.mlp_act`), ...affine('mlp.fc2')), `${name}.mlp_out`));
    };
    const middle = at(tensorOf(sublayer(numbers(x), normed('norm1'), attend)), `${name}.resid1`);
    x = at(tensorOf(sublayer(numbers(middle), normed('norm2'), feed)), `${name}.out`);
  }
  const last = form.finalNorm === false ? x : at(norm(x, p['norm.weight'], p['norm.bias'], eps), 'norm');
  const token = (which: number): Tensor => generate([b, dim], (i) => last.data[(Math.floor(i / dim) * n + which) * dim + (i % dim)]);
  const [first, second] = distilled ? (form.reads ?? [0, 1]) : [0, 0];
  const cls = dense(token(first), p['head.weight'], p['head.bias']);
  if (!distilled) return { ...seen, logits_cls: cls, logits_eval: cls };
  const dist = dense(token(second), p['head_dist.weight'], p['head_dist.bias']);
  const evaluation = form.evaluation ?? ((a, c) => a.map((v, i) => (v + c[i]) / 2));
  const joint = evaluation(numbers(cls), numbers(dist));
  return { ...seen, logits_cls: cls, logits_dist: dist, logits_eval: generate(cls.shape, (i) => joint[i]) };
}; // biome-ignore format: as somebody writes it
