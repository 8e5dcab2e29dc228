import type { Ops } from '../../../language/ops.ts';
import { evaluationLogits } from '../../../model/deit/classifier.ts';
import type { DeitConfig } from '../../../model/deit/config.ts';
import type { DeitLogits } from '../../../model/deit/deit.ts';
import type { BlockParams, DeitParams } from '../../../model/deit/params.ts';
import { linear } from '../../../model/linear.ts';
import type { Shaped } from '../../../tensor/shape.ts';
import { type BlockForm, blockBy, PRE_NORM } from './block.ts';
import { PATCHES, type PatchForm } from './patch.ts';

/** The special tokens in their order, each with the row of the position embedding that is added to it; none where it gets none. */
export interface Sequence {
  readonly special: readonly (readonly [token: 'cls' | 'dist', row: number | undefined])[];
  /** Special tokens that come behind the patches. */
  readonly behind?: readonly (readonly [token: 'cls' | 'dist', row: number | undefined])[];
  /** The row of the first patch; none where patches get no positions. */
  readonly patches: number | undefined;
}

/** The parts of a model that people get wrong. */
export interface ModelForm {
  readonly patches: PatchForm;
  readonly sequence: (distilled: boolean, patches: number) => Sequence;
  readonly block: BlockForm;
  readonly blocks: <T>(all: readonly BlockParams<T>[]) => readonly BlockParams<T>[];
  readonly finalNorm: boolean;
  /** What the heads read: the number of a token, the last one for −1, the mean of the patches. */
  readonly reads: readonly [cls: number | 'mean', dist: number | 'mean'];
  /** Whether the class head stands for the other one too. */
  readonly oneHead: boolean;
  readonly evaluation: <T extends Shaped>(o: Ops<T>, logits: DeitLogits<T>) => T;
}

/** As it should be: in this form `modelBy` is `deit`, bit for bit. */
export const DEIT: ModelForm = {
  patches: PATCHES,
  sequence: (distilled) => ({ special: distilled ? [['cls', 0], ['dist', 1]] : [['cls', 0]], patches: distilled ? 2 : 1 }),
  block: PRE_NORM,
  blocks: (all) => all,
  finalNorm: true,
  reads: [0, 1],
  oneHead: false,
  evaluation: (o, logits) => evaluationLogits(o)(logits),
}; // biome-ignore format: one part a line

const sequenceBy = <T extends Shaped>(o: Ops<T>, { special, behind = [], patches }: Sequence, p: DeitParams<T>, embedded: T): T => {
  const [b, n, dim] = embedded.shape;
  const rows = o.reshape(p.pos_embed.shape.slice(1), p.pos_embed);
  const row = (at: number | undefined, count = 1): T =>
    at === undefined ? o.constant([count, dim], new Float64Array(count * dim)) : o.slice(0, at, at + count, rows);
  const token = ([name]: Sequence['special'][number]): T => {
    const one = name === 'dist' && p.dist_token !== undefined ? p.dist_token : p.cls_token;
    return o.repeatLeading([b, 1, dim], o.reshape([1, dim], one));
  };
  const all = o.concat(1, ...special.map(token), embedded, ...behind.map(token));
  const inOrder = behind.length === 0 && patches === special.length && special.every(([, at], i) => at === i);
  const positions = inOrder ? rows : o.concat(0, ...special.map(([, at]) => row(at)), row(patches, n), ...behind.map(([, at]) => row(at)));
  return o.tag('tokens', o.add(all, o.repeatLeading(all.shape, positions)));
};

/** The logits of a DeiT in this form. */
export const modelBy =
  (form: ModelForm) =>
  <T extends Shaped>(o: Ops<T>, c: DeitConfig, p: DeitParams<T>, image: T): DeitLogits<T> => {
    const embedded = o.tag('patch_tokens', form.patches(o, p.patch_embed.proj, image));
    const sequence = form.sequence(p.dist_token !== undefined, embedded.shape[1]);
    const start = sequenceBy(o, sequence, p, embedded);
    const deep = form.blocks(p.blocks).reduce((x, params, i) => blockBy(form.block)(o.within(`blocks.${i}`), c, params, x), start);
    const normed = form.finalNorm ? o.tag('norm', o.layerNorm(c.eps, deep, p.norm.weight, p.norm.bias)) : deep;
    const [b, n] = [image.shape[0], normed.shape[1]];
    const token = (at: number | 'mean'): T => {
      if (at !== 'mean') return o.reshape([b, c.dim], o.slice(1, at < 0 ? n + at : at, at < 0 ? n + at + 1 : at + 1, normed));
      const patches = o.slice(1, sequence.special.length, sequence.special.length + embedded.shape[1], normed);
      return o.mean(o.permute([0, 2, 1], patches));
    };
    const cls = o.tag('logits_cls', linear(o)(p.head, token(form.reads[0])));
    if (p.head_dist === undefined) return { cls };
    return { cls, dist: o.tag('logits_dist', linear(o)(form.oneHead ? p.head : p.head_dist, token(form.reads[1]))) };
  };

type Wrong = readonly [name: string, says: string, form: Partial<ModelForm>];
/** Positions of two special tokens and the patches where the model is distilled, the right ones where it is not. */
const distilled = (sequence: (patches: number) => Sequence): Partial<ModelForm> => ({
  sequence: (two, patches) => (two ? sequence(patches) : DEIT.sequence(two, patches)),
});

/** How people put a model together in place of that, by name. */
export const MODEL_FORMS: readonly Wrong[] = [
  ['final-norm-missing', 'no norm behind the last block', { finalNorm: false }],
  ['tokens-swapped', 'the distillation token before the class token', distilled(() => ({ special: [['dist', 0], ['cls', 1]], patches: 2 }))],
  ['dist-token-last', 'the distillation token behind the patches', { ...distilled((n) => ({ special: [['cls', 0]], behind: [['dist', n + 1]], patches: 1 })), reads: [0, -1] }],
  ['dist-token-no-position', 'the distillation token without a position', distilled(() => ({ special: [['cls', 0], ['dist', undefined]], patches: 2 }))],
  ['prefix-no-positions', 'class and distillation token without positions', { sequence: (two) => ({ special: DEIT.sequence(two, 0).special.map(([token]) => [token, undefined]), patches: two ? 2 : 1 }) }],
  ['positions-shifted', 'positions of the patches off by one: that of the distillation token is their first', distilled((n) => ({ special: [['cls', 0], ['dist', n + 1]], patches: 1 }))],
  ['positions-missing', 'no position embedding', { sequence: (two) => ({ special: DEIT.sequence(two, 0).special.map(([token]) => [token, undefined]), patches: undefined }) }],
  ['last-block-missing', 'the last block left out', { blocks: (all) => all.slice(0, -1) }],
  ['blocks-reversed', 'the blocks in the reverse order', { blocks: (all) => [...all].reverse() }],
  ['blocks-share-weights', 'the weights of the first block in every block', { blocks: (all) => all.map(() => all[0]) }],
  ['heads-crossed', 'the class head on the distillation token, and the other way round', { reads: [1, 0] }],
  ['one-head-for-both', 'the class head for both tokens', { oneHead: true }],
  ['heads-read-class-token', 'both heads on the class token', { reads: [0, 0] }],
  ['mean-of-patches', 'the class head on the mean of the patches', { reads: ['mean', 1] }],
  ['evaluation-by-class-head', 'the class head alone in evaluation', { evaluation: (_, { cls }) => cls }],
  ['evaluation-by-distillation-head', 'the distillation head alone in evaluation', { evaluation: (_, { cls, dist }) => dist ?? cls }],
  ['evaluation-by-sum', 'the sum of the heads in place of their mean', { evaluation: (o, { cls, dist }) => (dist === undefined ? cls : o.add(cls, dist)) }],
  ['evaluation-by-probabilities', "the mean of the heads' probabilities in place of their logits", { evaluation: (o, { cls, dist }) => (dist === undefined ? cls : o.scale(0.5, o.add(o.softmax(cls), o.softmax(dist)))) }],
]; // biome-ignore format: one form a line
