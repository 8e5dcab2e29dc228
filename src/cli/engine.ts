import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Engine, EngineError, Tensors } from '../core/engine.ts';
import { referenceEngine } from '../core/interpret/reference-engine.ts';
import type { Computation } from '../core/ops.ts';
import { type Arguments, type Failure, failure, type Option } from './command.ts';

/** The options that say what computes. */
export const ENGINE_OPTIONS: Readonly<Record<'engine' | 'mode' | 'dtype' | 'threads', Option>> = {
  engine: { value: 'reference|simd|gpu', describe: 'what computes', initial: 'reference' },
  mode: { value: 'cpu|webasm|webgl2|webgpu', describe: 'how the gpu engine runs', initial: 'webasm' },
  dtype: {
    value: 'F64|F32',
    describe:
      'numbers of the engine: F64 or F32 for simd, where F64 has the bits of the reference; check and subject take every one it has unless told',
  },
  threads: { value: 'N', describe: 'threads of the simd engine (default as many as the machine runs at once)' },
};

type Made = TE.TaskEither<Failure, Engine>;
const plain = (made: TE.TaskEither<EngineError, Engine>): Made => TE.mapLeft(({ message }: EngineError) => failure(message))(made);
const loaded = <A>(name: string, load: () => Promise<A>): TE.TaskEither<Failure, A> =>
  TE.tryCatch(load, (reason) => failure(`the ${name} engine cannot be loaded: ${reason}`, undefined, reason));

/** An engine of the command line: the types it can store numbers in, the usual one first, and how it is made for one. */
interface Maker {
  readonly dtypes: readonly string[];
  readonly make: (dtype: string, options: Arguments['options']) => Made;
}

/** The engines by name; each is loaded when it is asked for. */
const MAKERS: Readonly<Record<string, Maker>> = {
  reference: { dtypes: ['F64'], make: () => TE.right(referenceEngine) },
  simd: {
    dtypes: ['F32', 'F64'],
    make: (dtype, { threads }) =>
      pipe(
        loaded('simd', () => import('../simd/index.ts')),
        TE.chain(({ simdEngine }) =>
          plain(simdEngine({ dtype: dtype === 'F64' ? 'f64' : 'f32', ...(threads === undefined ? {} : { threads: Number(threads) }) })),
        ),
      ),
  },
  gpu: {
    dtypes: ['F32'],
    make: (_, { mode }) =>
      pipe(
        loaded('gpu', () => import('../gpu/index.ts')),
        TE.chain(({ gpuEngine, isGpuMode }) =>
          isGpuMode(mode)
            ? plain(gpuEngine({ mode }))
            : TE.left(failure(`there is no mode '${mode}'; there are cpu, webasm, webgl2 and webgpu`)),
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
  readonly dtype: string;
  readonly make: Made;
}

/** Every engine that `--engine A,B` names, in every type of number it has, or the one of `--dtype`. */
export const engineChoices = ({ options }: Arguments): E.Either<Failure, readonly Choice[]> => {
  const choices = (options.engine ?? '').split(',').map((name) =>
    pipe(
      makerOf(name),
      E.chain(({ dtypes, make }) => {
        const wanted = options.dtype === undefined ? dtypes : dtypes.filter((dtype) => dtype === options.dtype);
        return wanted.length > 0
          ? E.right(wanted.map((dtype): Choice => ({ dtype, make: make(dtype, options) })))
          : E.left(failure(`the ${name} engine computes in ${dtypes.join(' or ')}, not in ${options.dtype}`));
      }),
    ),
  );
  return E.map((all: readonly (readonly Choice[])[]) => all.flat())(E.sequenceArray(choices));
};

/** The engine that `--engine`, `--mode`, `--dtype` and `--threads` name; the first where there are several. */
export const chosenEngine = (args: Arguments): Made =>
  pipe(
    TE.fromEither(engineChoices(args)),
    TE.chain(([first]) => first.make),
  );

/** Uses an engine and lets go of it, whatever happens. */
export const usingEngine = <A>(make: Made, use: (engine: Engine) => TE.TaskEither<Failure, A>): TE.TaskEither<Failure, A> =>
  TE.bracket(make, use, (engine) => TE.fromIO(() => engine.dispose()));

/** Uses the chosen engine and lets go of it, whatever happens. */
export const withEngine = <A>(args: Arguments, use: (engine: Engine) => TE.TaskEither<Failure, A>): TE.TaskEither<Failure, A> =>
  usingEngine(chosenEngine(args), use);

/** A program compiled, run once and let go. */
export const runOnce = (engine: Engine, program: Computation, inputs: Tensors): TE.TaskEither<Failure, Tensors> => {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const result = TE.bracket(
    engine.compile(program, shapes),
    (plan) => plan.run(inputs),
    (plan) => TE.fromIO(() => plan.dispose()),
  );
  return pipe(
    result,
    TE.mapLeft(({ message }) => failure(message)),
  );
};
