import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Engine, Tensors } from '../core/engine.ts';
import { referenceEngine } from '../core/interpret/reference-engine.ts';
import type { Computation } from '../core/ops.ts';
import { type Arguments, type Failure, failure, type Option } from './command.ts';

/** The options that say what computes. */
export const ENGINE_OPTIONS: Readonly<Record<'engine' | 'mode', Option>> = {
  engine: { value: 'reference|gpu', describe: 'what computes', initial: 'reference' },
  mode: { value: 'cpu|webasm|webgl2|webgpu', describe: 'how the gpu engine runs', initial: 'webasm' },
};

/** The engine that `--engine` and `--mode` name. */
export const chosenEngine = ({ options }: Arguments): TE.TaskEither<Failure, Engine> => {
  if (options.engine === 'reference') return TE.right(referenceEngine);
  if (options.engine !== 'gpu') return TE.left(failure(`there is no engine '${options.engine}'; there are reference and gpu`));
  return pipe(
    TE.tryCatch(() => import('../gpu/index.ts'), (reason) => failure(`the gpu engine cannot be loaded: ${reason}`, undefined, reason)), // biome-ignore format: one line
    TE.chain(({ gpuEngine, isGpuMode }) =>
      isGpuMode(options.mode)
        ? pipe(gpuEngine({ mode: options.mode }), TE.mapLeft(({ message }) => failure(message))) // biome-ignore format: one line
        : TE.left(failure(`there is no mode '${options.mode}'; there are cpu, webasm, webgl2 and webgpu`)),
    ),
  );
};

/** Uses the chosen engine and lets go of it, whatever happens. */
export const withEngine = <A>(args: Arguments, use: (engine: Engine) => TE.TaskEither<Failure, A>): TE.TaskEither<Failure, A> =>
  TE.bracket(chosenEngine(args), use, (engine) => TE.fromIO(() => engine.dispose()));

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
