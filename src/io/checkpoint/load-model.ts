import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { InputError } from '../error/error.ts';
import { withFile } from '../file/whole-file.ts';
import { type LoadedModel, type ModelOptions, readModel } from './read-model.ts';

/**
 * The model in a file, `.safetensors`, `.pth` or `.pt` by content: its configuration, its parameters as float64, and what to remark of them.
 *
 * @returns `Left` when the file cannot be read, and where `readModel` is.
 * @example
 * const c = deitConfig({ dim: 64, depth: 1, heads: 4, classes: 2 });
 * await saveWeights('four.safetensors', namedParams(seededParams(1, c)), { config: c })();
 * E.map(({ config, params, remarks }) => [config.heads, params.head.bias.shape, remarks])(await loadModel('four.safetensors')()) // right([4, [2], []])
 */
export const loadModel = (path: string, options: ModelOptions = {}): TE.TaskEither<InputError, LoadedModel> =>
  withFile(path, (source) => readModel(source, options));
