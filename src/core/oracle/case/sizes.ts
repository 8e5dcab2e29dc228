import type { Lengths } from '../request/axes.ts';
import { choices } from './noise.ts';

/** The sizes of a case: of its inputs' axes, and the attributes that go with them. */
export interface Sizes {
  readonly dims: Lengths;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/** A whole number from `from` to `to` that belongs to a name: the same for the same case, unrelated between names. */
type Pick = (name: string, from: number, to: number) => number;
/** Sizes, and every length that an axis of the operation has: they must differ, or one axis could pass for another. */
interface Drawn extends Sizes {
  readonly axes: readonly number[];
}
type Law = (pick: Pick) => Drawn;

/** Lengths by letter and nothing else. `…` counts axis by axis. */
const plain = (dims: Lengths): Drawn => ({ dims, axes: Object.values(dims).flat() });

/** Thirty-two lengths in a row: every remainder of 2, 4, 8 and 16 is as likely as every other. */
const some = (pick: Pick, name: string): number => pick(name, 2, 33);
/** Now and then a long one, where sums and exponentials are hard: over 192, the width of DeiT-Ti, up to beyond that of DeiT-B. */
const long = (pick: Pick, name: string): number => (pick(`${name} is long`, 1, 4) === 1 ? pick(name, 193, 800) : some(pick, name));
const lead = (pick: Pick): readonly number[] =>
  pick('rank', 1, 2) === 1 ? [pick('rows', 2, 9)] : [pick('outer', 2, 4), pick('rows', 2, 5)];

const rows =
  (letter: string): Law =>
  (pick) =>
    plain({ '…': lead(pick), [letter]: long(pick, letter) });
const logits: Law = (pick) => plain({ B: pick('B', 2, 9), C: long(pick, 'C') });

/** Tokens of several heads: widths of a head and of all together. */
const heads = (pick: Pick): { readonly heads: number; readonly d: number; readonly D: number } => {
  const [count, d] = [pick('heads', 2, 4), pick('d', 2, 9)];
  return { heads: count, d, D: count * d };
};
const sequence: Law = (pick) => {
  const { heads: count, d, D } = heads(pick);
  const [B, N] = [pick('B', 1, 3), some(pick, 'N')];
  return { dims: { B, N, d }, attrs: { heads: count }, axes: [B, N, count, d, D] };
};

/** A model of one or two blocks on an image that is not square. */
const model: Law = (pick) => {
  const { heads: count, d, D: dim } = heads(pick);
  const [B, channels, patch, height, width] = [
    pick('B', 1, 2),
    pick('channels', 1, 4),
    pick('patch', 2, 5),
    pick('h', 1, 3),
    pick('w', 2, 4),
  ];
  const [hidden, classes] = [some(pick, 'hidden'), pick('classes', 2, 9)];
  const image = [height * patch, width * patch];
  const attrs = { dim, heads: count, hidden, patch, channels, image, classes };
  // As many tokens as there are with and without the one for distillation.
  const tokens = [1, 2].map((special) => special + height * width);
  return { dims: { B }, attrs, axes: [B, channels, ...image, ...tokens, count, d, dim, hidden, classes] };
};

const LAWS: Readonly<Record<string, Law>> = {
  linear: (pick) => plain({ '…': lead(pick), K: long(pick, 'K'), N: some(pick, 'N') }),
  softmax: rows('N'),
  log_softmax: rows('N'),
  gelu: rows('N'),
  layernorm: rows('D'),
  mhsa: sequence,
  mlp: (pick) => plain({ '…': lead(pick), D: some(pick, 'D'), M: pick('M', 2, 65) }),
  patch_embed: (pick) => {
    const [B, C, P, D] = [pick('B', 1, 3), pick('C', 1, 4), pick('P', 2, 9), some(pick, 'D')];
    return plain({ B, C, P, D, H: P * pick('h', 1, 4), W: P * pick('w', 1, 4) });
  },
  block: (pick) => {
    const { dims, attrs, axes } = sequence(pick);
    const M = some(pick, 'M');
    return { dims: { ...dims, M }, ...(attrs === undefined ? {} : { attrs }), axes: [...axes, M] };
  },
  pos_interp: (pick) => {
    const [from, to] = ['from', 'to'].map((grid) => ['h', 'w'].map((side) => pick(`${grid} ${side}`, 2, 8)));
    const [prefix, D] = [pick('prefix', 1, 2), some(pick, 'D')];
    return { dims: { D }, attrs: { from, to, prefix }, axes: [...from, ...to, D] };
  },
  cross_entropy: logits,
  kl: logits,
  soft_distill: logits,
  hard_distill: logits,
  forward: model,
  loss_gradient: model,
};

/**
 * Sizes for an operation, drawn from a seed: small ones, of every remainder by which kernels cut tiles and lanes, no two
 * axes of the same length.
 */
export const drawnSizes = (op: string, seed: number): Sizes => {
  for (let attempt = 0; ; attempt++) {
    const pick: Pick = (name, from, to) => from + choices(`${op}/${name}/${attempt}`, seed, [1], to - from + 1)[0];
    const { axes, ...sizes } = LAWS[op.replace(/\.vjp$/, '')](pick);
    if (new Set(axes).size === axes.length) return sizes;
  }
};
