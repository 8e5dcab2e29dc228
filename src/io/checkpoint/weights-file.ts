import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Unshown } from '../../core/model/deit/infer-config.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { FloatDType } from '../bytes/dtype.ts';
import { toTensor } from '../bytes/raw-tensor.ts';
import type { InputError } from '../error/error.ts';
import { accept, attemptTask, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { withFile } from '../file/whole-file.ts';
import type { Weights } from '../naming/rename.ts';
import { writeSafetensors } from '../safetensors/file.ts';
import { type SafeSource, tensorSource } from '../safetensors/stream.ts';
import { configMetadata, metadataConfig } from './config-metadata.ts';
import { type Checkpoint, checkFinite, firstNotFinite, readCheckpoint, readWeights, type WeightsChoice } from './read-checkpoint.ts';

/**
 * The weights in a file, `.safetensors`, `.pth` or `.pt` by content, as float64 under the names that the file gives them; `toTimm` renames and checks them.
 *
 * @returns `Left` when the file cannot be read or holds no weights, or a weight is NaN or infinite.
 * @example
 * await saveWeights('vit.safetensors', { 'vit.layernorm.bias': tensor([2], [1, 2]) })();
 * pipe(loadWeights('vit.safetensors'), TE.chainEitherK((weights) => toTimm(weights, { 'norm.bias': [2] })), TE.map(Object.keys))() // right(['norm.bias'])
 */
export const loadWeights = (path: string, choice: WeightsChoice = {}): TE.TaskEither<InputError, Weights> =>
  withFile(path, (source) => readWeights(source, choice));

/**
 * The same with the texts of the file, which say what no tensor shows where `saveWeights` was given it.
 *
 * @returns `Left` where `loadWeights` is.
 * @example
 * const c = deitConfig({ dim: 64, depth: 1, heads: 4, classes: 2 });
 * await saveWeights('four.safetensors', namedParams(seededParams(1, c)), { config: c })();
 * const { weights, metadata } = E.getOrElse(() => null)(await loadCheckpoint('four.safetensors')());
 * const known = E.getOrElse(() => null)(metadataConfig(metadata));
 * pipe(timmShapes(weights), E.chain((shapes) => inferConfig(shapes, known)), E.map(({ heads }) => heads)) // right(4)
 */
export const loadCheckpoint = (path: string, choice: WeightsChoice = {}): TE.TaskEither<InputError, Checkpoint> =>
  withFile(path, (source) => readCheckpoint(source, choice));

/** How weights are written. */
export interface SaveOptions {
  /** Type that every number is rounded to, to nearest, ties to even. @defaultValue `F32`, the type of the published weights */
  readonly dtype?: FloatDType;
  /** Texts of the file's `__metadata__`. @defaultValue `{ format: 'pt' }`, which Hugging Face's loaders ask for */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What no tensor shows, written beside `metadata` as `configMetadata` has it: a whole configuration, or what is known of it. @defaultValue nothing */
  readonly config?: Partial<Unshown>;
}

/** A tensor to be written, refused when its turn comes unless it is finite and stays so. */
const finiteSource = (name: string, tensor: Tensor, dtype: FloatDType): SafeSource => {
  const source = tensorSource(name, tensor, dtype);
  return {
    ...source,
    load: attemptTask(async () => {
      checkFinite(name, tensor.data);
      const raw = accept(await source.load());
      const at = firstNotFinite(accept(toTensor(raw)).data);
      return at < 0
        ? raw
        : refuse('tensor', `${quoted(name)} holds ${tensor.data[at]} at flat index ${at}, too large for ${dtype}; write it as F64`);
    }),
  };
};

/**
 * Writes weights as a safetensors file, whole or not at all, one tensor at a time.
 *
 * @returns `Left` when the file cannot be written, or a weight is NaN or infinite or becomes so in `dtype`: then nothing is written.
 * @example
 * saveWeights('model.safetensors', { w: tensor([1], [1e39]) })()
 * // left({ message: 'tensor: "w" holds 1e+39 at flat index 0, too large for F32; write it as F64', … })
 */
export const saveWeights = (
  path: string,
  weights: Weights,
  { dtype = 'F32', metadata = { format: 'pt' }, config = {} }: SaveOptions = {},
): TE.TaskEither<InputError, void> => {
  const known = configMetadata(config);
  const sources = Object.entries(weights).map(([name, tensor]) => finiteSource(name, tensor, dtype));
  return pipe(
    // What would be refused when it is read is not written.
    TE.fromEither(E.map(() => ({ ...metadata, ...known }))(metadataConfig(known))),
    TE.chain((texts) => writeSafetensors(path, sources, texts)),
  );
};
