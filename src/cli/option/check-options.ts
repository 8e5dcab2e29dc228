import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { isModelName, MODEL_NAMES, type ModelName, ZOO } from '../../core/model/zoo.ts';
import type { Mutant } from '../../core/oracle/mistake/mistake.ts';
import { MUTANTS, mutantNamed } from '../../core/oracle/mistake/mistakes.ts';
import { CHECKED, isCheckedName } from '../../oracle/check/check.ts';
import { type ModelCase, modelCase } from '../../oracle/check/model-case.ts';
import { secretSeed } from '../../oracle/check/secret-seed.ts';
import { type Arguments, type Failure, failure, type Option, wholeNumber } from '../shell/command.ts';
import { writable } from '../shell/output.ts';
import { ENGINE_OPTIONS } from './engine.ts';
import { photographInput } from './forward-pass.ts';

const PHOTOGRAPH = join(dirname(createRequire(import.meta.url).resolve('deit-oracle/package.json')), 'data', 'chelsea.png');
const MODEL: ModelName = 'deit_tiny_distilled_patch16_224';

/** The options of `deit check`. */
export const CHECK_OPTIONS: Readonly<Record<string, Option>> = {
  ...ENGINE_OPTIONS,
  engine: { value: 'A,B', describe: 'the engines to judge: reference, simd, gpu', initial: 'simd,gpu' },
  dtype: { value: 'F64|F32', describe: 'judge only the engines that compute in this type (default every type they have)' },
  ops: { value: 'A,B', describe: 'these operations only; a name stands for its gradient too' },
  cases: { value: 'N', describe: 'cases of each operation (default as many as show every known mistake, 7 to 22)' },
  seed: {
    value: 'N',
    describe: 'what the cases and the weights are drawn from; random draws one that nobody knows, and prints it afterwards',
    initial: '1',
  },
  model: { value: 'NAME', describe: 'the model of the forward pass', initial: MODEL },
  image: { value: 'F', describe: 'the photograph of the forward pass, PNG or JPEG (default data/chelsea.png)' },
  strict: {
    describe: 'whatever is not a plain pass makes it exit 2: numbers that could not be judged, declared ways to compute that were needed',
  },
  json: { value: 'F', describe: 'a report for programs: JSON Lines that end with {"type":"end"}' },
  plant: { value: 'NAME', describe: 'plant a known mistake in the engine, to see it found; a wrong name lists them' },
};

/** What a check is asked for. */
export interface Wanted {
  readonly ops: readonly string[];
  /** The forward pass on a photograph, unless operations without it were chosen. */
  readonly model?: ModelCase;
  /** Absent: as many as show every known mistake. */
  readonly cases?: number;
  readonly seed: number;
  /** Whether nobody may know the seed before the end. */
  readonly secret: boolean;
  readonly plant?: Mutant;
  readonly strict: boolean;
  readonly json?: string;
}

const whole = (name: string, text: string | undefined, min: number, most: number, also = ''): E.Either<Failure, number> => {
  const n = wholeNumber(text);
  return n >= min && n <= most
    ? E.right(n)
    : E.left(failure(`--${name} must be a whole number from ${min} to ${most}${also}, got ${text}`));
};

/** Operations by name: `gelu` means it and its gradient, `gelu.vjp` the gradient alone. */
const chosenOps = (text: string | undefined): E.Either<Failure, readonly string[]> => {
  if (text === undefined) return E.right(CHECKED);
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return E.left(failure(`--ops names no operation; there are ${CHECKED.join(', ')}`));
  const unknown = names.filter((name) => !isCheckedName(name));
  if (unknown.length > 0) return E.left(failure(`there is no operation ${unknown.join(', ')} to check; there are ${CHECKED.join(', ')}`));
  return E.right(CHECKED.filter((op) => names.includes(op) || names.includes(op.replace(/\.vjp$/, ''))));
};

/** The known mistake of a name. */
export const chosenPlant = (name: string | undefined): E.Either<Failure, Mutant | undefined> => {
  const mutant = name === undefined ? undefined : mutantNamed(name);
  return name === undefined || mutant !== undefined
    ? E.right(mutant)
    : E.left(failure(`there is no known mistake ${name}; there are ${MUTANTS.map((each) => each.name).join(', ')}`));
};

/** The published model on the photograph, as asked for. */
const photographed = ({ options }: Arguments, seed: number): TE.TaskEither<Failure, ModelCase> => {
  const { model = MODEL, image: path = PHOTOGRAPH } = options;
  if (!isModelName(model)) return TE.left(failure(`there is no model '${model}'; there are ${MODEL_NAMES.join(', ')}`));
  if (!existsSync(path)) return TE.left(failure(`there is no photograph ${path}; name one with --image`));
  return pipe(
    photographInput(path, ZOO[model]),
    TE.chainEitherK((image) => E.mapLeft((message: string) => failure(message))(modelCase(model, image, relative('.', path), seed))),
  );
};

/** The options as typed, checked: one sentence for the first that is wrong. */
export const wanted = (args: Arguments): TE.TaskEither<Failure, Wanted> => {
  const { options } = args;
  const read = pipe(
    E.Do,
    E.bind('ops', () => chosenOps(options.ops)),
    E.bind('cases', () => (options.cases === undefined ? E.right(undefined) : whole('cases', options.cases, 1, 1_000_000))),
    E.bind('seed', () => (options.seed === 'random' ? E.right(secretSeed()) : whole('seed', options.seed, 0, 4_294_966, ' or random'))),
    E.bind('plant', () => chosenPlant(options.plant)),
    E.tap(() => writable('--json', [options.json], [options.image ?? PHOTOGRAPH], false)),
    E.filterOrElse(
      ({ ops }) => ops.includes('forward') || (options.image === undefined && options.model === MODEL),
      () => failure('--model and --image are for the forward pass, which --ops leaves out; add forward to --ops or leave them out'),
    ),
  );
  return pipe(
    TE.fromEither(read),
    TE.chain(({ ops, cases, seed, plant }) =>
      pipe(
        ops.includes('forward') ? photographed(args, seed) : TE.of<Failure, ModelCase | undefined>(undefined),
        TE.map((model) => ({
          ops,
          ...(cases === undefined ? {} : { cases }),
          seed,
          secret: options.seed === 'random',
          strict: options.strict === 'true',
          ...(plant === undefined ? {} : { plant }),
          ...(model === undefined ? {} : { model }),
          ...(options.json === undefined ? {} : { json: options.json }),
        })),
      ),
    ),
  );
};
