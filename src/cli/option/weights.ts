import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DeitConfig } from '../../core/model/deit/config.ts';
import type { Unshown } from '../../core/model/deit/infer-config.ts';
import { type DeitParams, paramShapes, paramsFrom } from '../../core/model/deit/params.ts';
import { seededParams } from '../../core/model/deit/seeded.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { loadCheckpoint } from '../../io/checkpoint/file.ts';
import { type IdentifiedModel, identifyFromFile, identifyFromOptions } from '../../io/checkpoint/identify-model.ts';
import { timmShapes, toTimm, type Weights } from '../../io/naming/rename.ts';
import { type Arguments, type Failure, failure, type Option } from '../shell/command.ts';
import type { Terminal } from '../shell/terminal.ts';
import { chosenModel, MODEL_OPTIONS } from './model.ts';

/** The option that says which weights of a checkpoint. */
export const ENTRY_OPTION: Readonly<Record<'entry', Option>> = {
  entry: { value: 'KEY', describe: 'where a checkpoint of torch.save keeps the weights, such as model_ema (default model or state_dict)' },
};

/** The options that say which model with which weights. */
export const WEIGHT_OPTIONS: Readonly<Record<'model' | 'config' | 'weights' | 'entry', Option>> = {
  ...MODEL_OPTIONS,
  weights: {
    value: 'F',
    describe: 'a checkpoint: .safetensors, .pth or .pt, timm or Hugging Face names; its model is told from its shapes and its metadata',
  },
  ...ENTRY_OPTION,
};

/** A model ready to run. */
export interface LoadedModel {
  readonly config: DeitConfig;
  readonly params: DeitParams<Tensor>;
  /** What no tensor shows, as far as somebody said it: it is not guessed. */
  readonly known: Partial<Unshown>;
  /** Whether the weights are made from a seed instead of learned. */
  readonly seeded: boolean;
}

const SEED = 1;

/** What to know of a checkpoint before it is read. */
export interface Reading {
  /** Its model; absent, its shapes tell. */
  readonly config: DeitConfig | undefined;
  /** Where it keeps the weights, as `--entry` says. */
  readonly entry: string | undefined;
  /** Whether it is only renamed: then a distilled model needs no distillation head, which Hugging Face's DeiTForImageClassification does not have. */
  readonly renamed?: boolean;
}

const HEADLESS =
  "a distilled model without its distillation head is renamed by 'deit convert' and not run; to run one, use a checkpoint with both heads, such as a DeiTForImageClassificationWithTeacher";

/** Tensors as the parameters of a model, or every key that does not fit. */
const fitted = (tensors: Weights, { config, known }: IdentifiedModel, renamed: boolean): E.Either<string, LoadedModel> => {
  const shapes = timmShapes(tensors);
  const headless = config.distilled && E.isRight(shapes) && !Object.keys(shapes.right).some((name) => name.startsWith('head_dist.'));
  const { 'head_dist.weight': _, 'head_dist.bias': __, ...without } = paramShapes(config);
  return pipe(
    toTimm(tensors, headless && renamed ? without : paramShapes(config)),
    E.bimap(
      ({ message }) => (headless && !renamed ? `${message}; ${HEADLESS}` : message),
      (named) => {
        const { head_dist, ...params } = paramsFrom(config, named);
        return { config, known, params: headless || head_dist === undefined ? params : { ...params, head_dist }, seeded: false };
      },
    ),
  );
};

/** The model in a checkpoint, its names understood; every key that does not fit is listed at once, and what was guessed is said aloud. */
export const modelFrom = (
  path: string,
  { config, entry, renamed = false }: Reading,
  terminal: Terminal,
): TE.TaskEither<Failure, LoadedModel> =>
  pipe(
    loadCheckpoint(path, entry === undefined ? {} : { entry }),
    TE.mapLeft(({ format, message }) => failure(format === 'file' ? message : `${path}: ${message}`)),
    TE.chainEitherK((checkpoint) =>
      pipe(
        config === undefined ? identifyFromFile(checkpoint) : E.right(identifyFromOptions(config, checkpoint)),
        E.chain((told) =>
          pipe(
            fitted(checkpoint.weights, told, renamed),
            E.tap(() => {
              for (const remark of told.remarks) terminal.note(`${path}: ${remark}`);
              return E.right(undefined);
            }),
          ),
        ),
        E.mapLeft((message) => failure(`${path}: ${message}`)),
      ),
    ),
  );

/** The model that the options name: from a checkpoint, or seeded, which it says aloud. */
export const loadModel = (args: Arguments, terminal: Terminal): TE.TaskEither<Failure, LoadedModel> =>
  pipe(
    chosenModel(args),
    TE.chain((config) => {
      const { weights, entry } = args.options;
      if (weights !== undefined) return modelFrom(weights, { config, entry }, terminal);
      if (entry !== undefined) return TE.left(failure('--entry says where --weights F keeps the weights; give both'));
      if (config === undefined) return TE.left(failure('give --weights F, or --model NAME for seeded weights'));
      terminal.note('no --weights: the weights are made from a seed, not learned, so classes and attention mean nothing yet');
      return TE.right({ config, known: config, params: seededParams(SEED, config), seeded: true });
    }),
  );
