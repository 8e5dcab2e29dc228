import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import type { Ops, Program } from '../../language/ops.ts';
import { crossEntropy } from '../../loss/cross-entropy.ts';
import { hardDistillation, softDistillation } from '../../loss/distillation.ts';
import { evaluationLogits } from '../../model/deit/classifier.ts';
import { configProblems, type DeitConfig, deitConfig } from '../../model/deit/config.ts';
import type { DeitLogits } from '../../model/deit/deit.ts';
import { namedParams, specification } from '../../model/deit/params.ts';
import { forwardProgram, lossProgram } from '../../model/deit/program.ts';
import type { Initial } from '../../params/spec.ts';
import type { Shaped } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { count, derived, flag, oneOf, pair, positive, record, type Schema, share } from './attributes.ts';
import { decided, TRUTH, truth } from './losses.ts';
import { type Input, type Kind, type Operation, operation } from './operation.ts';
import type { ModelLoss, Sizes } from './operation-types.ts';

const SIZES: Schema<Sizes> = {
  dim: count(),
  depth: count(),
  heads: count(),
  hidden: derived(count(), '4·dim'),
  patch: count(16),
  channels: count(3),
  image: pair([224, 224]),
  classes: count(1000),
  distilled: flag(false),
  eps: positive(1e-6),
};

const KINDS: Readonly<Record<Initial, Kind>> = {
  token: 'token',
  weight: 'weight',
  'patch weight': 'weight',
  'patch bias': 'bias',
  zero: 'bias',
  one: 'gain',
};
const configOf = (a: Sizes): DeitConfig => deitConfig(a);
const problemsOf = (a: Sizes): readonly string[] => configProblems(configOf(a));
const inputsOf = (a: Sizes): readonly Input[] => [
  { name: 'image', axes: ['B', a.channels, ...a.image], kind: 'image' },
  ...Object.entries(namedParams(specification(configOf(a)))).map(([name, { shape, initial }]) => ({
    name,
    axes: shape,
    kind: KINDS[initial],
  })),
];

const forward = operation({
  name: 'forward',
  summary: 'a whole DeiT; every activation is a tap',
  outputs: 'logits_cls, logits_dist, logits_eval',
  schema: SIZES,
  check: problemsOf,
  inputs: inputsOf,
  task: (a, inputs) => E.right({ program: forwardProgram(configOf(a)), inputs }),
});

const LOSS: Schema<ModelLoss> = {
  kind: oneOf('none', 'soft', 'hard')(),
  variant: oneOf('paper', 'paper-literal', 'facebook')('paper'),
  alpha: share(0.5),
  tau: positive(1),
  smoothing: share(0),
  head: oneOf('train', 'eval')('train'),
};

/** The parts that a loss of a model is made of. */
export interface LossParts {
  readonly crossEntropy: typeof crossEntropy;
  readonly hardDistillation: typeof hardDistillation;
  readonly softDistillation: typeof softDistillation;
  readonly evaluation: <T extends Shaped>(o: Ops<T>, logits: DeitLogits<T>) => T;
}

const RIGHT: LossParts = { crossEntropy, hardDistillation, softDistillation, evaluation: (o, logits) => evaluationLogits(o)(logits) };

/** The loss of a model's logits, of which any part may be somebody's own. */
export const lossOf = <T extends Shaped>(
  o: Ops<T>,
  loss: ModelLoss,
  logits: DeitLogits<T>,
  inputs: Readonly<Record<string, T>>,
  own: Partial<LossParts> = {},
): T => {
  const by = { ...RIGHT, ...own };
  const seen = loss.head === 'eval' ? { cls: by.evaluation(o, logits) } : logits;
  if (loss.kind === 'none') return by.crossEntropy(o)(seen.cls, inputs.target);
  if (loss.kind === 'hard') return by.hardDistillation(o)(loss.alpha, seen, inputs.target, inputs.decision);
  return by.softDistillation(o)({ tau: loss.tau, lambda: loss.alpha, variant: loss.variant }, seen, inputs.target, inputs.z_teacher);
};

/** What the teacher says, as the loss needs it. */
const taught = (loss: ModelLoss, { z_teacher }: Tensors): E.Either<string, Tensors> => {
  if (loss.kind === 'none') return E.right({});
  if (z_teacher === undefined) return E.left(`loss kind ${loss.kind} needs z_teacher (B, C)`);
  return loss.kind === 'soft' ? E.right({ z_teacher }) : E.map((decision: Tensor) => ({ decision }))(decided(z_teacher));
};

const lossGradient = operation({
  name: 'loss_gradient',
  summary: 'a loss of a whole DeiT, its gradients with respect to every parameter and to the image',
  outputs: 'loss, d.<parameter>, dimage',
  schema: { ...SIZES, loss: record(LOSS) },
  check: problemsOf,
  inputs: (a) => [
    ...inputsOf(a),
    ...TRUTH.map((input) => (input.name === 'target' ? { ...input, axes: ['B', a.classes] } : input)),
    { name: 'z_teacher', axes: ['B', a.classes], kind: 'logits', optional: true },
  ],
  task: ({ loss, ...sizes }, { labels, target: given, z_teacher, ...inputs }) => {
    const scalar = lossProgram(configOf(sizes), (o, logits, all) => lossOf(o, loss, logits, all));
    const program: Program = (o, all) => ({ loss: scalar(o, all) });
    const of = Object.fromEntries(Object.keys(inputs).map((name) => [name, name === 'image' ? 'dimage' : `d.${name}`]));
    const truths = { ...(labels === undefined ? {} : { labels }), ...(given === undefined ? {} : { target: given }) };
    const teacher = z_teacher === undefined ? {} : { z_teacher };
    return E.chain((target: Tensor) =>
      E.map((more: Tensors) => ({
        program,
        inputs: { ...inputs, target, ...more },
        gradient: { output: 'loss', of, value: true },
      }))(taught(loss, teacher as Tensors)),
    )(truth(sizes.classes, loss.smoothing, 'timm', truths as Tensors));
  },
});

/** Whole models. */
export const MODELS: readonly Operation[] = [forward, lossGradient];
