import type { Named, Ops, Program } from '../../language/ops.ts';
import { last, type Shaped } from '../../tensor/shape.ts';

/** A known mistake, as a change of the language: planted in any interpreter, it makes every program wrong in that way. */
export interface Mutant {
  readonly name: string;
  /** The mistake in words. */
  readonly says: string;
  /** The named operations that it replaces. */
  readonly change: <T extends Shaped>(o: Ops<T>) => Partial<Named<T> & Pick<Ops<T>, 'unary'>>;
}

const axes = (x: Shaped): readonly number[] => x.shape.map((_, i) => i);
/** Two neighbouring axes exchanged, counted from the end: `(…, a, b)` for 1. */
const exchanged = <T extends Shaped>(o: Ops<T>, first: number, second: number, x: T): T => {
  const rank = x.shape.length;
  return o.permute(
    axes(x).map((i) => (i === rank - first ? rank - second : i === rank - second ? rank - first : i)),
    x,
  );
};
const pick = <T extends Shaped>(o: Ops<T>, axis: number, order: readonly number[], x: T): T =>
  o.concat(axis, ...order.map((i) => o.slice(axis, i, i + 1, x)));

const gelu = (name: string, says: string, form: <T extends Shaped>(o: Ops<T>, x: T) => T): Mutant => ({
  name,
  says,
  change: (o) => ({ gelu: (x) => form(o, x), unary: (f, x) => (f === 'gelu' ? form(o, x) : o.unary(f, x)) }),
});
/** The sigmoid as the softmax of t and 0: no argument is too large for it or for its derivative. */
const sigmoid = <T extends Shaped>(o: Ops<T>, t: T): T => {
  const rank = t.shape.length;
  const pair = o.softmax(o.pad(rank, 0, 2, o.reshape([...t.shape, 1], t)));
  return o.reshape(t.shape, o.slice(rank, 0, 1, pair));
};
const tanh = <T extends Shaped>(o: Ops<T>, z: T): T => o.shift(-1, o.scale(2, sigmoid(o, o.scale(2, z))));

type LayerNorm = <T extends Shaped>(o: Ops<T>, eps: number, x: T, gain: T, bias: T) => T;
const layerNorm = (name: string, says: string, form: LayerNorm): Mutant => ({
  name,
  says,
  change: (o) => ({ layerNorm: (eps, x, gain, bias) => form(o, eps, x, gain, bias) }),
});
/** LayerNorm with its own reciprocal deviation, from the variance, row by row. */
const withDeviation =
  (rstd: <T extends Shaped>(o: Ops<T>, eps: number, variance: T, n: number) => T): LayerNorm =>
  (o, eps, x, gain, bias) => {
    const n = last(x.shape);
    const centred = o.sub(x, o.repeatLast(n, o.mean(x)));
    const normal = o.mul(centred, o.repeatLast(n, rstd(o, eps, o.mean(o.mul(centred, centred)), n)));
    return o.add(o.mul(normal, o.repeatLeading(x.shape, gain)), o.repeatLeading(x.shape, bias));
  };

type Attention = <T extends Shaped>(o: Ops<T>, scale: number, q: T, k: T, v: T) => T;
const attention = (name: string, says: string, form: Attention): Mutant => ({
  name,
  says,
  change: (o) => ({ attention: (scale, q, k, v) => (q.shape.length >= 3 ? form(o, scale, q, k, v) : o.attention(scale, q, k, v)) }),
});
const heads = (x: Shaped): number => x.shape[x.shape.length - 3];
/** Attention with other weights than `softmax(scale · q kᵀ)`. */
const withWeights =
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

/** The known mistakes of people who wrote a DeiT, each seen in the wild. */
export const MUTANTS: readonly Mutant[] = [
  gelu('tanh-gelu', 'GELU in its tanh form', (o, x) => {
    const cube = o.mul(x, o.mul(x, x));
    const z = o.scale(0.7978845608028654, o.add(x, o.scale(0.044715, cube)));
    // 1 + tanh loses what people lose there, and the bound allows it.
    return o.mul(o.scale(0.5, x), o.shift(1, tanh(o, z)));
  }),
  gelu('quick-gelu', 'GELU as x·sigmoid(1.702 x)', (o, x) => o.mul(x, sigmoid(o, o.scale(1.702, x)))),
  gelu('relu-gelu', 'ReLU in place of GELU', (o, x) => {
    // ½(x + |x|), its corner just beside 0, so that the derivative at 0 is 0 as usual and not 0/0.
    const beside = o.shift(-1e-18, x);
    return o.scale(0.5, o.add(x, o.shift(-1e-18, o.unary('sqrt', o.mul(beside, beside)))));
  }),
  layerNorm('layernorm-eps-1e-12', "LayerNorm with eps 1e-12, Hugging Face's default", (o, _, x, g, b) => o.layerNorm(1e-12, x, g, b)),
  layerNorm('layernorm-eps-1e-5', "LayerNorm with eps 1e-5, torch's default", (o, _, x, g, b) => o.layerNorm(1e-5, x, g, b)),
  layerNorm(
    'layernorm-unbiased-variance',
    'LayerNorm with the variance over n − 1',
    withDeviation((o, eps, v, n) => o.unary('rsqrt', o.shift(eps, o.scale(n / Math.max(1, n - 1), v)))),
  ),
  layerNorm(
    'layernorm-eps-outside-root',
    'LayerNorm dividing by √σ² + eps',
    withDeviation((o, eps, v) => o.div(o.shift(1, o.scale(0, v)), o.shift(eps, o.unary('sqrt', v)))),
  ),
  layerNorm('layernorm-no-bias', 'LayerNorm without its bias', (o, eps, x, g, b) => o.layerNorm(eps, x, g, o.scale(0, b))),
  layerNorm('layernorm-no-gain', 'LayerNorm without its gain', (o, eps, x, g, b) => o.layerNorm(eps, x, o.shift(1, o.scale(0, g)), b)),
  {
    name: 'linear-no-bias',
    says: 'linear layers without their bias',
    change: (o) => ({ linear: (x, w) => o.linear(x, w) }),
  },
  {
    name: 'linear-weight-not-transposed',
    says: 'square weights used as (in, out)',
    change: (o) => ({ linear: (x, w, b) => o.linear(x, w.shape[0] === w.shape[1] ? o.permute([1, 0], w) : w, b) }),
  },
  attention('swapped-heads', 'the first two heads exchanged', (o, scale, q, k, v) => {
    const y = o.attention(scale, q, k, v);
    const order = [...Array(heads(y)).keys()].map((i) => (heads(y) < 2 || i > 1 ? i : 1 - i));
    return pick(o, y.shape.length - 3, order, y);
  }),
  attention('swapped-queries-and-keys', 'queries and keys exchanged', (o, scale, q, k, v) => o.attention(scale, k, q, v)),
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
  attention(
    'softmax-over-queries',
    'attention normalised over the queries',
    withWeights((o, scale, s) => exchanged(o, 1, 2, o.softmax(exchanged(o, 1, 2, o.scale(scale, s))))),
  ),
  attention(
    'qkv-packed-by-head',
    'qkv split as (heads, 3, d) in place of (3, heads, d)',
    resplit((o, all, { h }) => [0, 1, 2].map((part) => pick(o, 1, [...Array(h).keys()].map((i) => 3 * i + part), all))), // biome-ignore format: one line
  ),
  attention(
    'heads-interleaved',
    'channels split as (d, heads) in place of (heads, d)',
    resplit((o, all, { h, d }) => {
      const [b, , n] = all.shape;
      const flat = o.reshape([b, n, 3, d, h], o.permute([0, 2, 1, 3], all));
      return [0, 1, 2].map((part) => o.permute([0, 3, 1, 2], o.reshape([b, n, d, h], o.slice(2, part, part + 1, flat))));
    }),
  ),
  attention('merge-without-transpose', 'heads merged without transposing them', (o, scale, q, k, v) => {
    const y = o.attention(scale, q, k, v);
    const [b, h, n, d] = y.shape;
    return y.shape.length === 4 ? o.permute([0, 2, 1, 3], o.reshape([b, n, h, d], y)) : y;
  }),
];

/**
 * The mutant of a name.
 *
 * @example
 * mutantNamed('tanh-gelu').says // 'GELU in its tanh form'
 */
export const mutantNamed = (name: string): Mutant | undefined => MUTANTS.find((mutant) => mutant.name === name);

/** An interpreter with a mutant planted in it. */
const infected = <T extends Shaped>(mutant: Mutant, o: Ops<T>): Ops<T> => ({
  ...o,
  ...mutant.change(o),
  within: (name) => infected(mutant, o.within(name)),
});

/**
 * The program that somebody with this mistake would have written.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.gelu(x) });
 * const inputs = { x: tensor([1], [1]) };
 * plant(mutantNamed('tanh-gelu'))(program)(reference, inputs).y.data // ≈ [0.841192]
 */
export const plant =
  (mutant: Mutant) =>
  (program: Program): Program =>
  (o, inputs) =>
    program(infected(mutant, o), inputs);
