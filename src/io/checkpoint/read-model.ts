import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { configProblems, type DeitConfig } from '../../core/model/deit/config.ts';
import type { Unshown } from '../../core/model/deit/infer-config.ts';
import { type DeitParams, paramShapes, paramsFrom } from '../../core/model/deit/params.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { type InputError, inputError } from '../error/error.ts';
import { timmShapes, toTimm, type Weights } from '../naming/rename.ts';
import { type IdentifiedModel, identifyFromConfig, identifyFromFile } from './identify-model.ts';
import { type Checkpoint, readCheckpoint, type WeightsChoice } from './read-checkpoint.ts';

/** A model from a file, ready to run. */
export interface LoadedModel {
  readonly config: DeitConfig;
  readonly params: DeitParams<Tensor>;
  /** The heads, eps and image of `config` as far as the file or the caller says them; the rest is inferred. */
  readonly known: Partial<Unshown>;
  /** What was inferred or ignored, one sentence each: worth showing to whoever chose the file. */
  readonly remarks: readonly string[];
}

/** How a model is read from a file. */
export interface ModelOptions extends WeightsChoice {
  /** Its configuration. @defaultValue what the file's metadata says and its shapes show */
  readonly config?: DeitConfig | undefined;
  /**
   * Whether a distilled model may lack its distillation head, as a `DeiTForImageClassification` of Hugging Face does: it can be renamed and saved, and
   * not run. @defaultValue false
   */
  readonly headless?: boolean;
}

const HEADLESS =
  "a distilled model without its distillation head is renamed by 'deit convert' and not run; to run one, use a checkpoint with both heads, such as a DeiTForImageClassificationWithTeacher";

/** Tensors as the parameters of a model, or every key that does not fit. */
const paramsOf = (tensors: Weights, config: DeitConfig, headless: boolean): E.Either<InputError, DeitParams<Tensor>> => {
  const shapes = timmShapes(tensors);
  const lacking = config.distilled && E.isRight(shapes) && !Object.keys(shapes.right).some((name) => name.startsWith('head_dist.'));
  const { 'head_dist.weight': _, 'head_dist.bias': __, ...without } = paramShapes(config);
  return pipe(
    toTimm(tensors, lacking && headless ? without : paramShapes(config)),
    E.bimap(
      (error) => (lacking && !headless ? { ...error, message: `${error.message}; ${HEADLESS}` } : error),
      (named) => {
        const { head_dist, ...params } = paramsFrom(config, named);
        return lacking || head_dist === undefined ? params : { ...params, head_dist };
      },
    ),
  );
};

/** The model that the weights and the texts of a file hold. */
const modelOf = (checkpoint: Checkpoint, { config, headless = false }: ModelOptions): E.Either<InputError, LoadedModel> => {
  const problems = config === undefined ? [] : configProblems(config);
  if (problems.length > 0) return E.left(inputError('config', problems.join('; ')));
  return pipe(
    config === undefined ? identifyFromFile(checkpoint) : E.right<InputError, IdentifiedModel>(identifyFromConfig(config, checkpoint)),
    E.chain((model) =>
      pipe(
        paramsOf(checkpoint.weights, model.config, headless),
        E.map((params) => ({ ...model, params })),
      ),
    ),
  );
};

/**
 * The model in a safetensors file or a PyTorch checkpoint, under timm's, facebookresearch's or Hugging Face's names: its configuration, its parameters,
 * and what to remark of them.
 *
 * @returns `Left` where `readCheckpoint` is, where no DeiT has such shapes or sizes, and with every parameter at once that is missing, misshapen or unexpected.
 * @example
 * readModel(memorySource(new TextEncoder().encode('hello')))()
 * // left({ message: 'weights: neither a safetensors file nor a checkpoint of torch.save: it starts with "hello"', … })
 */
export const readModel = (source: ByteSource, options: ModelOptions = {}): TE.TaskEither<InputError, LoadedModel> =>
  pipe(
    readCheckpoint(source, options),
    TE.chainEitherK((checkpoint) => modelOf(checkpoint, options)),
  );
