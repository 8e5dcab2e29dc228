import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Engine, EngineError, Tensors } from '../../core/engine/engine.ts';
import { referenceEngine } from '../../core/engine/reference-engine.ts';
import type { Program } from '../../core/language/ops.ts';
import { type Arguments, type Failure, failure, type Option, wholeNumber } from '../shell/command.ts';

/** The options that say what computes. */
export const ENGINE_OPTIONS: Readonly<Record<'engine' | 'mode' | 'dtype' | 'threads', Option>> = {
  engine: { value: 'reference|simd|gpu', describe: 'what computes', initial: 'reference' },
  mode: { value: 'cpu|webasm|webgl2|webgpu', describe: 'how the gpu engine runs (default webasm)' },
  dtype: { value: 'F64|F32', describe: 'what simd computes in: F64 has the bits of the reference, F32 is faster (default F32)' },
  threads: { value: 'N', describe: 'threads of the simd engine (default as many as the machine runs at once)' },
};

type Made = TE.TaskEither<Failure, Engine>;
const plain = (made: TE.TaskEither<EngineError, Engine>): Made => TE.mapLeft(({ message }: EngineError) => failure(message))(made);
const loaded = <A>(name: string, load: () => Promise<A>): TE.TaskEither<Failure, A> =>
  TE.tryCatch(load, (reason) => failure(`the ${name} engine cannot be loaded: ${reason}`, undefined, reason));

/** An engine of the command line: the types it can store numbers in, the usual one first, and how it is made for one. */
interface Maker {
  readonly dtypes: readonly string[];
  /** The options that are for it alone. */
  readonly own?: 'mode' | 'threads';
  /** What is wrong with the options that are its own, before any engine is made. */
  readonly problem?: (options: Arguments['options']) => string | undefined;
  readonly make: (dtype: string, options: Arguments['options']) => Made;
}

const MODES: readonly string[] = ['cpu', 'webasm', 'webgl2', 'webgpu'];

/** The engines by name; each is loaded when it is asked for. */
const MAKERS: Readonly<Record<string, Maker>> = {
  reference: { dtypes: ['F64'], make: () => TE.right(referenceEngine) },
  simd: {
    dtypes: ['F32', 'F64'],
    own: 'threads',
    problem: ({ threads = '1' }) =>
      wholeNumber(threads) > 0 && wholeNumber(threads) <= 256
        ? undefined
        : `--threads must be a whole number from 1 to 256, got ${threads}`,
    make: (dtype, { threads }) =>
      pipe(
        loaded('simd', () => import('../../simd/index.ts')),
        TE.chain(({ simdEngine }) =>
          plain(simdEngine({ dtype: dtype === 'F64' ? 'F64' : 'F32', ...(threads === undefined ? {} : { threads: Number(threads) }) })),
        ),
      ),
  },
  gpu: {
    dtypes: ['F32'],
    own: 'mode',
    problem: ({ mode = 'webasm' }) =>
      MODES.includes(mode) ? undefined : `there is no mode '${mode}'; there are ${MODES.slice(0, -1).join(', ')} and ${MODES.at(-1)}`,
    make: (_, { mode = 'webasm' }) =>
      pipe(
        loaded('gpu', () => import('../../gpu/index.ts')),
        TE.chain(({ gpuEngine, isGpuMode }) =>
          isGpuMode(mode) ? plain(gpuEngine({ mode })) : TE.left(failure(`there is no mode '${mode}'`)),
        ),
      ),
  },
};

const makerOf = (name: string): E.Either<Failure, Maker> =>
  Object.hasOwn(MAKERS, name)
    ? E.right(MAKERS[name])
    : E.left(failure(`there is no engine '${name}'; there are ${Object.keys(MAKERS).join(', ')}`));

/** One engine still to be made, of a name and a type of number. */
export interface Choice {
  readonly name: string;
  readonly dtype: string;
  /** The options that name it alone: `--engine gpu --dtype F32 --mode cpu`. */
  readonly again: string;
  readonly make: Made;
}

/** The engines of one name, in every type of number it has, or in `dtype` where that is given. */
const choicesOf = (name: string, options: Arguments['options']): E.Either<Failure, readonly Choice[]> =>
  pipe(
    makerOf(name),
    E.chain(({ dtypes, own, make, problem }) => {
      const its = own === undefined || options[own] === undefined ? '' : ` --${own} ${options[own]}`;
      const wrong = problem?.(options);
      return wrong === undefined
        ? E.right(
            dtypes
              .filter((dtype) => options.dtype === undefined || dtype === options.dtype)
              .map((dtype): Choice => ({ name, dtype, again: `--engine ${name} --dtype ${dtype}${its}`, make: make(dtype, options) })),
          )
        : E.left(failure(wrong));
    }),
  );

/** An option that was given and that none of the engines takes. */
const notForAny = (names: readonly string[], options: Arguments['options']): string | undefined =>
  Object.entries(MAKERS).flatMap(([name, { own }]) =>
    own === undefined || options[own] === undefined || names.includes(name)
      ? []
      : [`--${own} is for the ${name} engine; ${names.join(' and ')} would not heed it`],
  )[0];

/**
 * Every engine that `--engine A,B` names, in every type of number it has, or those that have the type of `--dtype`. All
 * that can be known to be wrong is said before any engine is made.
 */
export const engineChoices = ({ options }: Arguments): E.Either<Failure, readonly Choice[]> => {
  const names = (options.engine ?? '').split(',').map((name) => name.trim());
  return pipe(
    E.sequenceArray(names.map((name) => choicesOf(name, options))),
    E.map((all) => all.flat()),
    E.chain((all) => {
      const idle = notForAny(names, options);
      return idle === undefined ? E.right(all) : E.left(failure(idle));
    }),
    E.filterOrElse(
      (all) => all.length > 0,
      () => failure(`${names.join(' and ')} cannot compute in ${options.dtype}; the types are F64 (reference, simd) and F32 (simd, gpu)`),
    ),
  );
};

/** The one engine that `--engine`, `--mode`, `--dtype` and `--threads` name. */
const chosenEngine = (args: Arguments): Made =>
  pipe(
    TE.fromEither(engineChoices(args)),
    TE.chain(([first]) =>
      args.options.engine?.includes(',') ? TE.left(failure(`one engine is needed here, got --engine ${args.options.engine}`)) : first.make,
    ),
  );

/** Uses an engine and lets go of it, whatever happens. */
export const usingEngine = <A>(make: Made, use: (engine: Engine) => TE.TaskEither<Failure, A>): TE.TaskEither<Failure, A> =>
  TE.bracket(make, use, (engine) => TE.fromIO(() => engine.dispose()));

/** Uses the chosen engine and lets go of it, whatever happens. */
export const withEngine = <A>(args: Arguments, use: (engine: Engine) => TE.TaskEither<Failure, A>): TE.TaskEither<Failure, A> =>
  usingEngine(chosenEngine(args), use);

/** A program compiled, run once and let go; `progress` is told how far the run is, from 0 to 1, as far as the engine tells. */
export const runOnce = (
  engine: Engine,
  program: Program,
  inputs: Tensors,
  progress: (done: number) => void,
): TE.TaskEither<Failure, Tensors> => {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const result = TE.bracket(
    engine.compile(program, shapes, { progress }),
    (plan) => {
      progress(0);
      return plan.run(inputs);
    },
    (plan) => TE.fromIO(() => plan.dispose()),
  );
  return pipe(
    result,
    TE.mapLeft(({ message }) => failure(message)),
  );
};
