import * as TE from 'fp-ts/lib/TaskEither.js';
import { compileError } from '../core/engine/checked-program.ts';
import { type Compile, type Engine, type EngineError, engineError, inferNames } from '../core/engine/engine.ts';
import { queue } from '../core/engine/queue.ts';
import { type CompiledPlan, compilePlan } from './compile/compile-plan.ts';
import { type Compiled, compiledKernels, kernelsOn, type SimdDType } from './modules.ts';
import { ARITHMETIC, noRoom, type SimdOptions, simdOptionsProblem, tooLarge } from './options.ts';
import { type SimdPlanDetails, type Space, startPlan, type UntypedSimdPlan } from './run/plan.ts';
import { canShare, processors, startThread } from './run/thread.ts';
import { type ThreadPool, threadPool } from './run/thread-pool.ts';

/** The engine, whose plans say what memory they take. */
export interface SimdEngine extends Engine {
  readonly compile: Compile<SimdPlanDetails>;
}

const PAGE = 65_536;
const PAGES = 65_536;
/**
 * How often a thread looks whether the others are done before it sleeps: for some milliseconds where each has a processor of its own, since a virtual
 * one that was put to sleep can take as long as a stage to wake (1.4 times the time of a forward pass on a shared machine); briefly where
 * threads are more than processors, which the others then need.
 */
const SPINS = { alone: 4_000_000, crowded: 4_000 };

/**
 * DeiT at speed on a CPU: programs as plans over one WebAssembly memory, run by SIMD kernels.
 *
 * In `f64` every bit is the reference's; in `f32` results are within the proved bound of every operation. Neither depends on the number of threads.
 *
 * Errors: stage `device` where WebAssembly has no SIMD, or where an option is invalid, as `threads` that is not a whole number above 0; `compile` where
 * shapes do not fit or the plan needs more memory than there is; `run` where inputs are missing or of another shape, or a thread died.
 *
 * @example
 * E.map((engine) => engine.name)(await simdEngine({ dtype: 'F64', threads: 1 })()) // Right('simd')
 */
export const simdEngine = (options: SimdOptions = {}): TE.TaskEither<EngineError, SimdEngine> => simdEngineOn(startThread, options);

/** `simdEngine` on threads that are started so. */
export const simdEngineOn =
  (start: typeof startThread, options: SimdOptions): TE.TaskEither<EngineError, SimdEngine> =>
  async () => {
    const problem = simdOptionsProblem(options);
    if (problem !== undefined) return TE.left(engineError('device', problem))();
    const { dtype = 'F32', memoryLimit = PAGE * PAGES } = options;
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
    return TE.right(
      engineOf(
        start,
        dtype,
        threads,
        asked,
        compiled,
        Math.min(memoryLimit, PAGE * PAGES),
        threads > available ? SPINS.crowded : SPINS.alone,
      ),
    )();
  };

const engineOf = (
  startThreadOf: typeof startThread,
  dtype: SimdDType,
  threads: number,
  asked: number,
  compiled: Compiled,
  limit: number,
  spins: number,
): SimdEngine => {
  const pool: ThreadPool | undefined = threads > 1 ? threadPool(threads, compiled.module, startThreadOf) : undefined;
  const spare: Space[] = [];
  let plans = 0;
  let disposed = false;
  const inOrder = queue();
  const alone = threads === asked ? '' : ', because this page is not cross-origin isolated';
  const how = `WebAssembly SIMD ${dtype}${compiled.fused ? ' with fused multiply-add' : ''}, ${threads} thread${threads === 1 ? '' : 's'}${alone}`;

  const spaceOf = (bytes: number): Space => {
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
  const release = (space: Space): void => {
    if (!disposed && spare.length < 2) spare.push(space);
  };
  const start = (compiledPlan: CompiledPlan, state: Readonly<Record<string, string>>): UntypedSimdPlan => {
    const space = spaceOf(compiledPlan.memory.report.total);
    return startPlan(compiledPlan, state, how, { id: ++plans, space, threads, pool, spins, inOrder, closed: () => disposed, release });
  };

  return {
    name: 'simd',
    arithmetic: ARITHMETIC[dtype],
    compile: inferNames<UntypedSimdPlan>((program, inputs, options = {}) => async () => {
      if (disposed) return TE.left(engineError('compile', 'the engine was disposed of; make a new one'))();
      let compiledPlan: CompiledPlan;
      try {
        compiledPlan = compilePlan({ dtype, threads, fused: compiled.fused }, program, inputs, options);
      } catch (error) {
        return TE.left(compileError(error))();
      }
      const { total } = compiledPlan.memory.report;
      if (total > limit) return TE.left(engineError('compile', tooLarge(compiledPlan.memory.report, limit, dtype), 'memory'))();
      try {
        return TE.right(start(compiledPlan, options.state ?? {}))();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return TE.left(engineError('compile', noRoom(total), 'memory'))();
      }
    }),
    dispose: () => {
      disposed = true;
      spare.length = 0;
      void inOrder(() => pool?.dispose());
    },
  };
};
