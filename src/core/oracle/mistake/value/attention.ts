import type { Ops } from '../../../language/ops.ts';
import type { Shaped } from '../../../tensor/shape.ts';
import { inLanguage, type Mutant, WITH } from '../mistake.ts';
import { exchanged, filled, picked, upTo } from '../shaping.ts';

type Attention = <T extends Shaped>(o: Ops<T>, scale: number, q: T, k: T, v: T) => T;
const attention = (name: string, says: string, form: Attention): Mutant =>
  inLanguage(name, says, WITH.attention, (o) => ({
    attention: (scale, q, k, v) => (q.shape.length >= 3 ? form(o, scale, q, k, v) : o.attention(scale, q, k, v)),
  }));
const heads = (x: Shaped): number => x.shape[x.shape.length - 3];

/** Attention with other weights than `softmax(scale · q kᵀ)`. */
export const withWeights =
  (weights: <T extends Shaped>(o: Ops<T>, scale: number, scores: T) => T): Attention =>
  (o, scale, q, k, v) =>
    o.matmul(o.tag('attn_probs', weights(o, scale, o.matmul(q, exchanged(o, 1, 2, k)))), v);

/** Queries, keys and values whose channels `(B, N, 3·h·d)` were split in another way. */
const resplit =
  (split: <T extends Shaped>(o: Ops<T>, all: T, sizes: { h: number; d: number }) => readonly T[]): Attention =>
  (o, scale, q, k, v) => {
    if (q.shape.length !== 4) return o.attention(scale, q, k, v);
    const [, h, , d] = q.shape;
    const [a, b, c] = split(o, o.concat(1, q, k, v), { h, d });
    return o.attention(scale, a, b, c);
  };

/** What one item of the batch has, for all of them. */
const ofFirst = <T extends Shaped>(o: Ops<T>, x: T): T => o.repeatLeading(x.shape, o.reshape(x.shape.slice(1), o.slice(0, 0, 1, x)));

/** −10⁹ where a query comes before its key, 0 elsewhere: a mask as people add it. */
const later = <T extends Shaped>(o: Ops<T>, scores: T): T => {
  const [rows, columns] = scores.shape.slice(-2);
  const mask = Float64Array.from({ length: rows * columns }, (_, i) => (i % columns > Math.floor(i / columns) ? -1e9 : 0));
  return o.repeatLeading(scores.shape, o.constant([rows, columns], mask));
};

/** Rows of mean 0 and variance 1, as a LayerNorm without parameters makes them. */
const standard = <T extends Shaped>(o: Ops<T>, x: T): T => {
  const d = [x.shape[x.shape.length - 1]];
  return o.layerNorm(1e-6, x, filled(o, 1, { shape: d }), filled(o, 0, { shape: d }));
};

/** The order of queries, keys and values among the channels of one linear layer. */
const ORDERS: readonly Mutant[] = [
  attention('swapped-queries-and-keys', 'queries and keys exchanged: qkv read as k, q, v', (o, scale, q, k, v) => o.attention(scale, k, q, v)),
  attention('swapped-keys-and-values', 'keys and values exchanged: qkv read as q, v, k', (o, scale, q, k, v) => o.attention(scale, q, v, k)),
  attention('swapped-queries-and-values', 'queries and values exchanged: qkv read as v, k, q', (o, scale, q, k, v) => o.attention(scale, v, k, q)),
  attention('qkv-read-as-kvq', 'qkv read as k, v, q', (o, scale, q, k, v) => o.attention(scale, v, q, k)),
  attention('qkv-read-as-vqk', 'qkv read as v, q, k', (o, scale, q, k, v) => o.attention(scale, k, v, q)),
  attention(
    'qkv-packed-by-head',
    'qkv split as (heads, 3, d) in place of (3, heads, d)',
    resplit((o, all, { h }) => upTo(3).map((part) => picked(o, 1, upTo(h).map((i) => 3 * i + part), all))),
  ),
  attention(
    'heads-interleaved',
    'channels split as (d, heads) in place of (heads, d)',
    resplit((o, all, { h, d }) => {
      const [b, , n] = all.shape;
      const flat = o.reshape([b, n, 3, d, h], o.permute([0, 2, 1, 3], all));
      return upTo(3).map((part) => o.permute([0, 3, 1, 2], o.reshape([b, n, d, h], o.slice(2, part, part + 1, flat))));
    }),
  ),
]; // biome-ignore format: one mistake a line

/** What people compute in place of `softmax(q kᵀ/√d) v`. */
export const ATTENTION_MISTAKES: readonly Mutant[] = [
  attention('swapped-heads', 'the first two heads exchanged', (o, scale, q, k, v) => {
    const y = o.attention(scale, q, k, v);
    const order = upTo(heads(y)).map((i) => (heads(y) < 2 || i > 1 ? i : 1 - i));
    return picked(o, y.shape.length - 3, order, y);
  }),
  ...ORDERS,
  attention(
    'scale-after-softmax',
    'attention scaled after the softmax',
    withWeights((o, scale, s) => o.scale(scale, o.softmax(s))),
  ),
  attention('no-scale', 'attention without its scale', (o, _, q, k, v) => o.attention(1, q, k, v)),
  attention('scale-by-width', 'attention scaled by 1/√D in place of 1/√d', (o, scale, q, k, v) =>
    o.attention(scale / Math.sqrt(heads(q)), q, k, v),
  ),
  attention('scale-by-head-size', 'attention scaled by 1/d in place of 1/√d', (o, scale, q, k, v) => o.attention(scale * scale, q, k, v)),
  attention('scale-inverted', 'attention multiplied by √d in place of 1/√d', (o, scale, q, k, v) => o.attention(1 / scale, q, k, v)),
  attention('merge-without-transpose', 'heads merged without transposing them', (o, scale, q, k, v) => {
    const y = o.attention(scale, q, k, v);
    const [b, h, n, d] = y.shape;
    return y.shape.length === 4 ? o.permute([0, 2, 1, 3], o.reshape([b, n, h, d], y)) : y;
  }),
  attention(
    'causal-mask',
    'a causal mask: no token sees those behind it',
    withWeights((o, scale, s) => o.softmax(o.add(o.scale(scale, s), later(o, s)))),
  ),
  attention('qk-norm', 'queries and keys normalised before they meet', (o, scale, q, k, v) =>
    o.attention(scale, standard(o, q), standard(o, k), v),
  ),
  attention('keys-of-first-image', 'keys and values of the first image of the batch for all of them', (o, scale, q, k, v) =>
    q.shape.length === 4 ? o.attention(scale, q, ofFirst(o, k), ofFirst(o, v)) : o.attention(scale, q, k, v),
  ),
  attention('attention-across-batch', 'attention over the tokens of the whole batch', (o, scale, q, k, v) => {
    if (q.shape.length !== 4) return o.attention(scale, q, k, v);
    const [b, h, n, d] = q.shape;
    const joined = (x: typeof q) => o.reshape([h, b * n, d], o.permute([1, 0, 2, 3], x));
    return o.permute([1, 0, 2, 3], o.reshape([h, b, n, d], o.attention(scale, joined(q), joined(k), joined(v))));
  }),
];
