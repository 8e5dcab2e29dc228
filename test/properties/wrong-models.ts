import type { Losses, Model } from '../../properties/index.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { crossEntropy, smoothed } from '../../src/core/loss/cross-entropy.ts';
import { hardDistillation, softDistillation, teacherDecisions } from '../../src/core/loss/distillation.ts';
import { kl } from '../../src/core/loss/kl.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import type { DeitParams } from '../../src/core/model/deit/params.ts';
import { last, type Shaped, size } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';

/** The first index of an axis moved to its end. */
const rolled = <T extends Shaped>(o: Ops<T>, axis: number, a: T): T =>
  o.concat(axis, o.slice(axis, 1, a.shape[axis], a), o.slice(axis, 0, 1, a));
const backwards = <T extends Shaped>(o: Ops<T>, axis: number, a: T): T =>
  o.concat(axis, ...Array.from({ length: a.shape[axis] }, (_, i) => o.slice(axis, a.shape[axis] - 1 - i, a.shape[axis] - i, a)));
/** A model whose operations are others. */
const withOps =
  (change: <T extends Shaped>(o: Ops<T>) => Partial<Ops<T>>): Model =>
  (o, c) =>
    deit({ ...o, ...change(o) }, c);
/** A model whose parameters or images reach it altered. */
const withInputs =
  (change: <T extends Shaped>(o: Ops<T>, p: DeitParams<T>, image: T) => readonly [DeitParams<T>, T]): Model =>
  (o, c) =>
  (p, image, masks) =>
    deit(o, c)(...change(o, p, image), masks);
const block = <T>(p: DeitParams<T>, change: (b: DeitParams<T>['blocks'][number]) => DeitParams<T>['blocks'][number]): DeitParams<T> => ({
  ...p,
  blocks: p.blocks.map(change),
});

/** Attention that prefers near tokens (ALiBi), as in a language model. */
const nearsighted = withOps((o) => ({
  attention: (scale, q, k, v) => {
    const [m, n] = [q.shape[q.shape.length - 2], k.shape[k.shape.length - 2]];
    const scores = o.scale(scale, o.matmul(q, o.permute([0, 1, 3, 2], k)));
    const mask = generate([m, n], (i) => -0.5 * Math.abs((i % n) - Math.floor(i / n)));
    return o.matmul(o.softmax(o.add(scores, o.repeatLeading(scores.shape, o.constant([m, n], mask.data)))), v);
  },
}));

/** For each law of the model, a model that someone has written and that breaks it. */
export const WRONG_MODELS: Readonly<Record<string, Model>> = {
  // Biases of qkv read one row off.
  'model: heads': withInputs((o, p, image) => [block(p, (b) => ({ ...b, attn: { ...b.attn, qkv: { ...b.attn.qkv, bias: rolled(o, 0, b.attn.qkv.bias) } } })), image]),
  'model: patches and positions': nearsighted,
  // Both heads read the class token.
  'model: class and distillation token': (o, c) => (p, image, masks) => ({ ...deit(o, c)(p, image, masks), dist: deit(o, c)({ ...p, head: p.head_dist ?? p.head }, image, masks).cls }),
  // Queries and keys exchanged: [k | q | v].
  'model: key bias': withInputs((o, p, image) => {
    const swap = (a: typeof image): typeof image => {
      const third = a.shape[0] / 3;
      return o.concat(0, o.slice(0, third, 2 * third, a), o.slice(0, 0, third, a), o.slice(0, 2 * third, 3 * third, a));
    };
    return [block(p, (b) => ({ ...b, attn: { ...b.attn, qkv: { weight: swap(b.attn.qkv.weight), bias: swap(b.attn.qkv.bias) } } })), image];
  }),
  // A convolution that flips its kernel's rows.
  'model: transposed image': withInputs((o, p, image) => [{ ...p, patch_embed: { proj: { ...p.patch_embed.proj, weight: backwards(o, 2, p.patch_embed.proj.weight) } } }, image]),
  // BGR for RGB.
  'model: channels': withInputs((o, p, image) => [p, rolled(o, 1, image)]),
  'model: hidden units': withInputs((o, p, image) => [block(p, (b) => ({ ...b, mlp: { ...b.mlp, fc1: { ...b.mlp.fc1, bias: rolled(o, 0, b.mlp.fc1.bias) } } })), image]),
  // Position embeddings read one coordinate off.
  'model: width': withInputs((o, p, image) => [{ ...p, pos_embed: rolled(o, 2, p.pos_embed) }, image]),
  'model: classes': withInputs((o, p, image) => [{ ...p, head: { ...p.head, bias: rolled(o, 0, p.head.bias) } }, image]),
  // The batch's first image reaches the others.
  'model: batch independence': withInputs((o, p, image) => [p, o.add(image, o.repeatLeading(image.shape, o.scale(1e-6, o.reshape(image.shape.slice(1), o.slice(0, 0, 1, image)))))]),
  // Stochastic depth forgotten in the MLP's branch.
  'model: dropped branches': (o, c) => (p, image, masks = {}) =>
    deit(o, c)(p, image, { ...masks, ...(masks.blocks === undefined ? {} : { blocks: masks.blocks.map(({ attnPath }) => (attnPath === undefined ? {} : { attnPath })) }) }),
  // Queries and keys are scaled, each.
  'model: agreement': withOps((o) => ({ attention: (scale, q, k, v) => o.attention(scale * scale, q, k, v) })),
}; // biome-ignore format: one model a paragraph

const tanhGelu = <T extends Shaped>(o: Ops<T>, x: T): T => {
  const e = o.unary('exp', o.scale(2 * Math.sqrt(2 / Math.PI), o.add(x, o.scale(0.044715, o.mul(x, o.mul(x, x))))));
  return o.mul(o.scale(0.5, x), o.shift(1, o.div(o.shift(-1, e), o.shift(1, e))));
};
/** Models with every symmetry of a DeiT that are none. */
export const OTHER_MODELS: Readonly<Record<string, Model>> = {
  'scores over √D': (o, c) => deit({ ...o, attention: (_, q, k, v) => o.attention(1 / Math.sqrt(c.dim), q, k, v) }, c),
  'eps 1e-5': (o, c) => deit(o, { ...c, eps: 1e-5 }),
  'GELU by tanh': withOps((o) => ({ gelu: (x) => tanhGelu(o, x) })),
  ReLU: withOps((o) => ({ gelu: (x) => o.scale(0.5, o.add(x, o.unary('sqrt', o.mul(x, x)))) })),
  'no bias in any linear layer': withOps((o) => ({ linear: (x, w) => o.linear(x, w) })),
  'no bias of qkv': withInputs((o, p, image) => [block(p, (b) => ({ ...b, attn: { ...b.attn, qkv: { ...b.attn.qkv, bias: o.scale(0, b.attn.qkv.bias) } } })), image]),
  'no gain and bias in the final norm': withInputs((o, p, image) => [{ ...p, norm: { weight: o.shift(1, o.scale(0, p.norm.weight)), bias: o.scale(0, p.norm.bias) } }, image]),
  'no positions for the two tokens': withInputs((o, p, image) => [{ ...p, pos_embed: o.pad(1, 2, p.pos_embed.shape[1], o.slice(1, 2, p.pos_embed.shape[1], p.pos_embed)) }, image]),
  'heads crossed': withInputs((_, p, image) => [{ ...p, head: p.head_dist ?? p.head, head_dist: p.head }, image]),
  'queries for keys and values': withInputs((o, p, image) => {
    const thrice = (a: typeof image): typeof image => {
      const third = o.slice(0, 0, a.shape[0] / 3, a);
      return o.concat(0, third, third, third);
    };
    return [block(p, (b) => ({ ...b, attn: { ...b.attn, qkv: { weight: thrice(b.attn.qkv.weight), bias: thrice(b.attn.qkv.bias) } } })), image];
  }),
  'the last of two blocks left out': (o, c) => (p, image, masks) => deit(o, { ...c, depth: 1 })({ ...p, blocks: p.blocks.slice(0, 1) }, image, masks),
  'the first norm of a block in both places': withInputs((_, p, image) => [block(p, (b) => ({ ...b, norm2: b.norm1 })), image]),
  'image doubled': withInputs((o, p, image) => [p, o.scale(2, image)]),
}; // biome-ignore format: one model a paragraph

const losses: Losses = { crossEntropy, smoothed, kl, softDistillation, hardDistillation, teacherDecisions };
const mean = <T extends Shaped>(o: Ops<T>, x: T): T => o.scale(1 / size(x.shape), o.sumLeading([], x));
const reversedKl: typeof kl = (o) => (options, teacher, student) => kl(o)({ ...options, direction: 'teacher-student' }, student, teacher);
const withoutSquare: typeof softDistillation =
  (o) =>
  ({ tau, lambda, variant }, logits, target, teacher) =>
    o.add(
      o.scale(1 - lambda, crossEntropy(o)(logits.cls, target)),
      o.scale(
        lambda,
        kl(o)(
          { tau, direction: variant === 'paper-literal' ? 'student-teacher' : 'teacher-student', reduction: 'batchmean' },
          teacher,
          logits.dist ?? logits.cls,
        ),
      ),
    );
const onClass: typeof softDistillation =
  (o) =>
  (options, { cls }, target, teacher) =>
    softDistillation(o)(options, { cls }, target, teacher);
const sumOf: typeof softDistillation =
  (o) =>
  ({ lambda, ...options }, logits, target, teacher) =>
    o.add(crossEntropy(o)(logits.cls, target), softDistillation(o)({ ...options, lambda: 1 }, logits, target, o.scale(lambda, teacher)));
const hardOnClass: typeof hardDistillation =
  (o) =>
  (alpha, { cls }, target, chosen) =>
    hardDistillation(o)(alpha, { cls }, target, chosen);
const unweighted: typeof hardDistillation = (o) => (_, logits, target, chosen) =>
  o.add(crossEntropy(o)(logits.cls, target), crossEntropy(o)(logits.dist ?? logits.cls, chosen));

/** For each law of the losses, a loss that someone has written and that breaks it. */
export const WRONG_LOSSES: Readonly<Record<string, Partial<Losses>>> = {
  'loss: cross-entropy is not negative': { crossEntropy: (o) => (z, target) => mean(o, o.mul(target, o.logSoftmax(z))) },
  'loss: cross-entropy, definition': { crossEntropy: (o) => (z, target) => o.scale(-1, mean(o, o.mul(target, o.logSoftmax(z)))) },
  'loss: cross-entropy, shift': { crossEntropy: (o) => (z, target) => o.scale(-1, mean(o, o.mul(target, z))) },
  // Softmax twice: probabilities passed as logits.
  'loss: cross-entropy, gradient': { crossEntropy: (o) => (z, target) => crossEntropy(o)(o.softmax(z), target) },
  'loss: smoothing, timm': { smoothed: (eps, _, target) => smoothed(eps, 'paper', target) },
  'loss: smoothing, paper': { smoothed: (eps, _, target) => smoothed(eps, 'timm', target) },
  // The teacher is not tempered.
  'loss: KL of equals': { kl: (o) => ({ tau, ...options }, p, q) => kl(o)({ ...options, tau }, o.scale(tau, p), q) },
  'loss: KL is not negative': { kl: (o) => (options, p, q) => o.scale(-1, kl(o)(options, p, q)) },
  'loss: KL and entropy': { kl: reversedKl },
  'loss: KL and temperature': { kl: (o) => ({ tau, ...options }, p, q) => o.scale(tau, kl(o)({ ...options, tau }, p, q)) },
  'loss: KL reversed': { kl: (o) => (options, p, q) => kl(o)({ ...options, direction: 'teacher-student' }, p, q) },
  'loss: KL by element': { kl: (o) => (options, p, q) => kl(o)({ ...options, reduction: 'batchmean' }, p, q) },
  'loss: soft, λ = 0': { softDistillation: sumOf },
  'loss: soft, λ = 1': { softDistillation: withoutSquare },
  'loss: soft, a teacher imitated': { softDistillation: onClass },
  'loss: soft, gradient': { softDistillation: withoutSquare },
  // The distillation term is left out where there is no distillation head.
  'loss: soft, one head': { softDistillation: (o) => (options, { cls, dist }, target, teacher) => (dist === undefined ? crossEntropy(o)(cls, target) : softDistillation(o)(options, { cls, dist }, target, teacher)) },
  'loss: soft, hot from below': { softDistillation: withoutSquare },
  // The squared temperature twice.
  'loss: soft, hot from above': { softDistillation: (o) => (options, logits, target, teacher) => o.scale(options.tau * options.tau, softDistillation(o)(options, logits, target, teacher)) },
  'loss: soft, a certain teacher': { kl: reversedKl },
  'loss: hard, α = 0': { hardDistillation: unweighted },
  'loss: hard, α = 1': { hardDistillation: hardOnClass },
  'loss: hard, the label taught': { hardDistillation: unweighted },
  // The largest magnitude taken for the largest logit.
  'loss: hard, monotone teacher': { teacherDecisions: (teacher: Tensor) => teacherDecisions(generate(teacher.shape, (i) => Math.abs(teacher.data[i]))) },
  'loss: soft, paper': { softDistillation: withoutSquare },
  'loss: soft, facebook': { softDistillation: (o) => (options, ...rest) => softDistillation(o)({ ...options, variant: 'paper' }, ...rest) },
  'loss: soft, paper-literal': { softDistillation: (o) => (options, ...rest) => softDistillation(o)({ ...options, variant: 'paper' }, ...rest) },
  'loss: hard, definition': { hardDistillation: (o) => (alpha, ...rest) => hardDistillation(o)(1 - alpha, ...rest) },
  'loss: hard, one head': { hardDistillation: (o) => (alpha, { cls, dist }, target, chosen) => (dist === undefined ? crossEntropy(o)(cls, target) : hardDistillation(o)(alpha, { cls, dist }, target, chosen)) },
  // The last sample counted twice, the first not at all.
  'loss: batch order': { hardDistillation: (o) => (alpha, { cls, dist = cls }, target, chosen) => {
    const weight = o.constant([cls.shape[0], last(cls.shape)], generate(cls.shape, (i) => (i < last(cls.shape) ? 0 : 1)).data);
    return hardDistillation(o)(alpha, { cls, dist }, o.mul(weight, target), o.mul(weight, chosen));
  } },
}; // biome-ignore format: one loss a line

/** Losses that are right at the numbers of the paper alone, or in one reading alone. */
export const OTHER_LOSSES: readonly (readonly [law: string, what: string, Partial<Losses>])[] = [
  ['smoothing, timm', 'ε is 0.1 whatever is asked', { smoothed: (_, variant, target) => smoothed(0.1, variant, target) }],
  ['soft, paper', 'λ is 1/4 whatever is asked', { softDistillation: (o) => (options, ...rest) => softDistillation(o)({ ...options, lambda: 0.25 }, ...rest) }],
  ['soft, facebook', 'no τ²', { softDistillation: (o) => (options, logits, target, teacher) => o.add(o.scale(1 - options.lambda, crossEntropy(o)(logits.cls, target)), o.scale(options.lambda, kl(o)({ tau: options.tau, direction: 'teacher-student', reduction: 'numel' }, teacher, logits.dist ?? logits.cls))) }],
  ['soft, paper', 'τ is 3 whatever is asked', { softDistillation: (o) => (options, ...rest) => softDistillation(o)({ ...options, tau: 3 }, ...rest) }],
  ['hard, definition', 'α is 1/2 whatever is asked', { hardDistillation: (o) => (_, ...rest) => hardDistillation(o)(0.5, ...rest) }],
  ['KL reversed', 'a teacher who is not tempered', { kl: (o) => (options, p, q) => kl(o)(options, options.direction === 'student-teacher' ? o.scale(options.tau, p) : p, q) }],
]; // biome-ignore format: one loss a line

/** Our losses with one replaced. */
export const withLoss = (wrong: Partial<Losses>): Losses => ({ ...losses, ...wrong });
