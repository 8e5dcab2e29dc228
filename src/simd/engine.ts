import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type EngineError, engineError, type Tensors, unreadable } from '../core/engine.ts';
import { inTurn } from '../core/in-turn.ts';
import { STAGE_BYTES } from './command.ts';
import { type Crew, crew } from './crew.ts';
import { type Compiled, compiledKernels, type Dtype, type Kernels, kernelsOn } from './modules.ts';
import { ARITHMETIC, gibibytes, mebibytes, type SimdEngine, type SimdOptions, tooLarge } from './options.ts';
import {
  type Blueprint,
  blueprint,
  inputProblem,
  readOutputs,
  readState,
  replaceState,
  type SimdPlan,
  shapeProblem,
  writeInputs,
  writePlan,
} from './plan.ts';
import { canShare, processors, startThread } from './workers.ts';

const PAGE = 65_536;
const PAGES = 65_536;
/** Milliseconds that the calling thread waits for others before it looks at its event loop. */
const PATIENCE = 20;
/**
 * How often a thread looks whether the others are done before it sleeps: for some milliseconds where each has a processor of its own, since a virtual
 * one that was put to sleep can take as long as a stage to wake (1.4 times the time of a forward pass on a shared machine); briefly where
 * threads are more than processors, which the others then need.
 */
const SPINS = { alone: 4_000_000, crowded: 4_000 };
/** A memory with the calling thread's kernels on it, kept for the next plan when one is disposed: engines can hold few at a time. */
interface Space {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
}

/**
 * DeiT at speed on a CPU: programs as plans over one WebAssembly memory, run by SIMD kernels.
 *
 * In `f64` every bit is the reference's; in `f32` results are within the proved bound of every operation. Neither depends on the number of threads.
 *
 * Errors: stage `device` where WebAssembly has no SIMD, or `threads` is not a whole number above 0; `compile` where shapes do not fit or the plan needs
 * more memory than there is; `run` where inputs are missing or of another shape, or a thread died.
 *
 * @example
 * E.map((engine) => engine.name)(await simdEngine({ dtype: 'f64', threads: 1 })()) // Right('simd')
 */
export const simdEngine = (options: SimdOptions = {}): TE.TaskEither<EngineError, SimdEngine> => simdEngineOn(startThread, options);

/** `simdEngine` on threads that are started so. */
export const simdEngineOn =
  (start: typeof startThread, options: SimdOptions): TE.TaskEither<EngineError, SimdEngine> =>
  async () => {
    const { dtype = 'f32', memoryLimit = PAGE * PAGES } = options;
    const available = await processors();
    const asked = options.threads ?? available;
    if (!(Number.isSafeInteger(asked) && asked > 0 && asked <= 256))
      return TE.left(engineError('device', `threads must be a whole number from 1 to 256, got ${asked}`))();
    const threads = canShare() ? asked : 1;
    const compiled = compiledKernels(dtype, threads > 1, options.fused);
    if (compiled === undefined)
      return TE.left(
        engineError('device', 'WebAssembly here has no SIMD or no atomic operations; use a newer browser or Node, or the reference engine'),
      )();
    return TE.right(engineOf(start, dtype, threads, asked, compiled, memoryLimit, threads > available ? SPINS.crowded : SPINS.alone))();
  };

const engineOf = (
  startThreadOf: typeof startThread,
  dtype: Dtype,
  threads: number,
  asked: number,
  compiled: Compiled,
  limit: number,
  spins: number,
): SimdEngine => {
  const team: Crew | undefined = threads > 1 ? crew(threads, compiled.module, startThreadOf) : undefined;
  const spare: Space[] = [];
  let plans = 0;
  let disposed = false;
  /** Runs follow one another: they share the threads. */
  const turn = inTurn();

  const space = (bytes: number): Space => {
    const pages = Math.ceil(bytes / PAGE);
    const old = spare.pop();
    if (old !== undefined) {
      const have = old.memory.buffer.byteLength / PAGE;
      if (have < pages) old.memory.grow(pages - have);
      return old;
    }
    const memory = new WebAssembly.Memory({ initial: pages, maximum: PAGES, shared: threads > 1 });
    return { memory, kernels: kernelsOn(compiled.module, memory) };
  };

  const start = (print: Blueprint, state: Readonly<Record<string, string>>): SimdPlan => {
    const { memory: laid, builder: b } = print;
    const { memory, kernels } = space(laid.report.total);
    writePlan(print, memory);
    const id = ++plans;
    team?.load(id, memory);
    const count = b.stages.length;
    const known = new Set<string>();
    let gone = false;
    const work = (patience: number) => (from: number) => kernels.work(laid.stages, from, count, threads, spins, patience, 0, laid.scratch);

    const runNow = async (given: Tensors): Promise<Awaited<ReturnType<TE.TaskEither<EngineError, Tensors>>>> => {
      if (gone || disposed) return TE.left(engineError('run', 'the plan was disposed of; compile the program again'))();
      const problem = inputProblem(print, given, known);
      if (problem !== undefined) return TE.left(engineError('run', problem))();
      writeInputs(print, memory, given);
      for (const name of Object.keys(given)) known.add(name);
      if (team === undefined) work(0)(0);
      else {
        const words = new Int32Array(memory.buffer);
        words[0] = 0;
        for (let i = 0; i < count; i++) words.fill(0, (laid.stages + i * STAGE_BYTES) / 4 + 3, (laid.stages + i * STAGE_BYTES) / 4 + 5);
        const outcome = await team.run({
          ...{ plan: id, stages: laid.stages, count, stop: 0, scratch: laid.scratch, scratchBytes: laid.scratchBytes, spins },
          work: work(PATIENCE),
          abandon: () => {
            Atomics.store(words, 0, 1);
          },
        });
        if (!outcome.done)
          return TE.left(
            engineError(
              'run',
              `a worker thread died during the run: ${outcome.reason}. Nothing was computed; run again, the engine starts a new thread`,
            ),
          )();
      }
      const outputs = readOutputs(print, memory);
      replaceState(print, memory);
      return TE.right(outputs)();
    };
    const readNow = (names: readonly string[]): E.Either<EngineError, Tensors> => {
      const problem =
        gone || disposed ? 'the plan was disposed of; compile the program again' : unreadable(state, (name) => known.has(name), names);
      return problem === undefined ? E.right(readState(print, memory, names)) : E.left(engineError('run', problem));
    };

    const kernelCount = b.stages.reduce((n, stage) => n + stage.commands.length, 0);
    const alone = threads === asked ? '' : ', because this page is not cross-origin isolated';
    return {
      run: (given) => () => turn(() => runNow(given)),
      read: (names) => () => turn(() => readNow(names)),
      describe:
        `WebAssembly SIMD ${dtype}${compiled.fused ? ' with fused multiply-add' : ''}, ${threads} thread${threads === 1 ? '' : 's'}${alone}, ` +
        `${kernelCount} kernels in ${count} stages, ${mebibytes(laid.report.total)}`,
      memory: laid.report,
      kernels: kernelCount,
      stages: count,
      dispose: () => {
        if (gone) return;
        gone = true;
        team?.drop(id);
        void turn(() => {
          if (!disposed && spare.length < 2) spare.push({ memory, kernels });
        });
      },
    };
  };

  return {
    name: 'simd',
    arithmetic: ARITHMETIC[dtype],
    compile:
      (program, inputs, options = {}) =>
      async () => {
        if (disposed) return TE.left(engineError('compile', 'the engine was disposed of; make a new one'))();
        let print: Blueprint;
        try {
          print = blueprint({ dtype, threads, fused: compiled.fused }, program, inputs, options);
        } catch (error) {
          return TE.left(shapeProblem(error))();
        }
        const { total } = print.memory.report;
        if (total > limit) return TE.left(engineError('compile', tooLarge(print.memory.report, limit, dtype)))();
        try {
          return TE.right(start(print, options.state ?? {}))();
        } catch (error) {
          return TE.left(engineError('compile', `${gibibytes(total)} of memory could not be had: ${String(error)}`))();
        }
      },
    dispose: () => {
      disposed = true;
      spare.length = 0;
      void turn(() => team?.dispose());
    },
  };
};
