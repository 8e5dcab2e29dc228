import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { seededParams } from '../../core/model/deit/init/seeded-params.ts';
import { loadModel } from '../../io/checkpoint/load-model.ts';
import type { LoadedModel, ModelOptions } from '../../io/checkpoint/read-model.ts';
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
    describe: 'a checkpoint: .safetensors, .pth or .pt, timm or Hugging Face names; its model is inferred from its shapes and its metadata',
  },
  ...ENTRY_OPTION,
};

/** A model to run, and whether its weights are made from a seed instead of learned. */
export interface ModelToRun extends Pick<LoadedModel, 'config' | 'params'> {
  readonly seeded: boolean;
}

const SEED = 1;

/** The model in a checkpoint; what is remarked of it is said aloud. */
export const modelFrom = (path: string, options: ModelOptions, terminal: Terminal): TE.TaskEither<Failure, LoadedModel> =>
  pipe(
    loadModel(path, options),
    TE.bimap(
      ({ format, message }) => failure(format === 'file' ? message : `${path}: ${message}`),
      (model) => {
        for (const remark of model.remarks) terminal.note(`${path}: ${remark}`);
        return model;
      },
    ),
  );

/** The model that the options name: from a checkpoint, or seeded, which it says aloud. */
export const modelToRun = (args: Arguments, terminal: Terminal): TE.TaskEither<Failure, ModelToRun> =>
  pipe(
    chosenModel(args),
    TE.chain((config): TE.TaskEither<Failure, ModelToRun> => {
      const { weights, entry } = args.options;
      if (weights !== undefined)
        return pipe(
          modelFrom(weights, { config, ...(entry === undefined ? {} : { entry }) }, terminal),
          TE.map((model) => ({ ...model, seeded: false })),
        );
      if (entry !== undefined) return TE.left(failure('--entry says where --weights F keeps the weights; give both'));
      if (config === undefined) return TE.left(failure('give --weights F, or --model NAME for seeded weights'));
      terminal.note('no --weights: the weights are made from a seed, not learned, so classes and attention mean nothing yet');
      return TE.right({ config, params: seededParams(SEED, config), seeded: true });
    }),
  );
