import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { configProblems, type DeitConfig, deitConfig } from '../../core/model/deit/config.ts';
import { isModelName, MODEL_NAMES, ZOO } from '../../core/model/zoo.ts';
import { type Arguments, type Failure, failure, type Option } from '../shell/command.ts';
import { readText } from '../shell/text-file.ts';

/** The options that say which model. */
export const MODEL_OPTIONS: Readonly<Record<'model' | 'config', Option>> = {
  model: { value: 'NAME', describe: `a published model: ${MODEL_NAMES[0]} …; 'deit info' lists them` },
  config: {
    value: 'F',
    describe:
      'a JSON file with dim, depth, heads and, where they differ from DeiT, image, patch, channels, classes, hidden, distilled, eps',
  },
};

const FIELDS: readonly string[] = Object.keys(deitConfig({ dim: 1, depth: 1, heads: 1 }));

/** A configuration from the text of a JSON file, or what is wrong with it. */
const parseConfig = (file: string, text: string): E.Either<Failure, DeitConfig> => {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (reason) {
    return E.left(failure(`${file} is not JSON: ${(reason as Error).message}`));
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return E.left(failure(`${file} must hold one JSON object`));
  const unknown = Object.keys(given).filter((key) => !FIELDS.includes(key));
  if (unknown.length > 0) return E.left(failure(`${file}: unknown field ${unknown.join(', ')}; the fields are ${FIELDS.join(', ')}`));
  const config = deitConfig(given as DeitConfig);
  const problems = configProblems(config);
  return problems.length > 0 ? E.left(failure(`${file}: ${problems.join('; ')}`)) : E.right(config);
};

/** A published model's configuration by name. */
export const namedModel = (name: string): E.Either<Failure, DeitConfig> =>
  isModelName(name) ? E.right(ZOO[name]) : E.left(failure(`there is no model '${name}'; the published ones are ${MODEL_NAMES.join(', ')}`));

/** The model that `--model` or `--config` names; undefined when neither is given. */
export const chosenModel = ({ options: { model, config } }: Arguments): TE.TaskEither<Failure, DeitConfig | undefined> => {
  if (model !== undefined && config !== undefined) return TE.left(failure('give --model or --config, not both'));
  if (model !== undefined) return TE.fromEither(namedModel(model));
  if (config === undefined) return TE.right(undefined);
  return pipe(
    readText(config),
    TE.chainEitherK((text) => parseConfig(config, text)),
  );
};
