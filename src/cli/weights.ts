import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DeitConfig } from '../core/model/config.ts';
import { inferConfig } from '../core/model/infer-config.ts';
import { type DeitParams, paramShapes, paramsFrom } from '../core/model/params.ts';
import { seededParams } from '../core/model/seeded.ts';
import type { Shape } from '../core/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { toTimm } from '../io/names.ts';
import { loadWeights } from '../io/weights.ts';
import { type Arguments, type Failure, failure, type Option } from './command.ts';
import { chosenModel, MODEL_OPTIONS } from './model.ts';
import type { Terminal } from './terminal.ts';

/** The options that say which model with which weights. */
export const WEIGHT_OPTIONS: Readonly<Record<'model' | 'config' | 'weights', Option>> = {
  ...MODEL_OPTIONS,
  weights: {
    value: 'F',
    describe: 'a checkpoint: .safetensors, .pth or .pt, timm or Hugging Face names; its model is told from its shapes',
  },
};

/** A model ready to run. */
export interface LoadedModel {
  readonly config: DeitConfig;
  readonly params: DeitParams<Tensor>;
  /** Whether the weights are made from a seed instead of learned. */
  readonly seeded: boolean;
}

const SEED = 1;

const mapShapes = (tensors: Readonly<Record<string, Tensor>>): Readonly<Record<string, Shape>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));

/** The model that tensors belong to, as their names and shapes tell. */
const told = (tensors: Readonly<Record<string, Tensor>>): E.Either<string, DeitConfig> =>
  pipe(
    toTimm(tensors),
    E.mapLeft(({ message }) => message),
    E.chain((named) => inferConfig(mapShapes(named))),
  );

/** The model in a checkpoint, its names understood; every key that does not fit is listed at once. */
export const modelFrom = (path: string, chosen: DeitConfig | undefined): TE.TaskEither<Failure, LoadedModel> =>
  pipe(
    loadWeights(path),
    TE.mapLeft(({ format, message }) => failure(format === 'file' ? message : `${path}: ${message}`)),
    TE.chainEitherK((tensors) =>
      pipe(
        chosen === undefined ? told(tensors) : E.right(chosen),
        E.chain((config) =>
          pipe(
            toTimm(tensors, paramShapes(config)),
            E.bimap(
              ({ message }) => message,
              (named) => ({ config, params: paramsFrom(config, named), seeded: false }),
            ),
          ),
        ),
        E.mapLeft((message) => failure(`${path}: ${message}`)),
      ),
    ),
  );

/** The model that the options name: from a checkpoint, or seeded, which it says aloud. */
export const loadModel = (args: Arguments, terminal: Terminal): TE.TaskEither<Failure, LoadedModel> => {
  const chosen = chosenModel(args);
  if (E.isLeft(chosen)) return TE.left(chosen.left);
  const config = chosen.right;
  if (args.options.weights !== undefined) return modelFrom(args.options.weights, config);
  if (config === undefined) return TE.left(failure('give --weights F, or --model NAME for seeded weights'));
  terminal.note('no --weights: the weights are made from a seed, not learned, so classes and attention mean nothing yet');
  return TE.right({ config, params: seededParams(SEED, config), seeded: true });
};
