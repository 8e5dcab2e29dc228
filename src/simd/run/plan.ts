import * as E from 'fp-ts/lib/Either.js';
import { type EngineError, engineError, type Plan, type Tensors, type UntypedPlan } from '../../core/engine/engine.ts';
import { inputProblem, unreadable } from '../../core/engine/input-problems.ts';
import type { Queue } from '../../core/engine/queue.ts';
import { mebibytes } from '../../core/text/bytes.ts';
import type { CompiledPlan } from '../compile/compile-plan.ts';
import type { MemoryReport } from '../compile/memory.ts';
import { STAGE_BYTES, STAGE_DONE, STAGE_TAKEN } from '../kernels/layout.ts';
import type { Kernels } from '../modules.ts';
import type { ThreadPool } from './thread-pool.ts';
import { readOutputs, readState, replaceState, writeInputs, writePlan } from './transfer.ts';

/** What a plan of this engine tells of itself: what memory it has, and for what. */
export interface SimdPlanDetails {
  readonly memory: MemoryReport;
  /** Kernels called in a run, and stages they are in: between two stages all threads meet. */
  readonly kernels: number;
  readonly stages: number;
}

/** A plan of this engine, as it writes it. */
export type UntypedSimdPlan = UntypedPlan & SimdPlanDetails;

/** A plan of this engine. */
export type SimdPlan<
  I extends string = string,
  O extends string = string,
  Stays extends string = never,
  State extends string = string,
> = Plan<I, O, Stays, State> & SimdPlanDetails;

/** A memory with the calling thread's kernels on it, kept for the next plan when one is disposed: engines can hold few at a time. */
export interface Space {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
}

/** What of an engine a plan uses while it lives. */
export interface PlanResources {
  readonly id: number;
  readonly space: Space;
  readonly threads: number;
  /** The other threads, where there are any. */
  readonly pool: ThreadPool | undefined;
  /** How often a thread looks whether the others are done before it sleeps. */
  readonly spins: number;
  /** Runs follow one another: they share the threads. */
  readonly inOrder: Queue;
  /** Whether the engine has been disposed of. */
  readonly closed: () => boolean;
  /** Takes the space back. */
  readonly release: (space: Space) => void;
}

/** Milliseconds that the calling thread waits for others before it looks at its event loop. */
const PATIENCE = 20;
const GONE = 'the plan was disposed of; compile the program again';

/** A compiled plan at work: written into a memory, run by the engine's threads. `describe` begins with `how`. */
export const startPlan = (
  compiled: CompiledPlan,
  state: Readonly<Record<string, string>>,
  how: string,
  { id, space, threads, pool, spins, inOrder, closed, release }: PlanResources,
): UntypedSimdPlan => {
  const { memory, kernels } = space;
  const { memory: laid, builder: b } = compiled;
  writePlan(compiled, memory);
  pool?.load(id, memory);
  const count = b.stages.length;
  const met = new Set<string>();
  const known = (name: string): boolean => met.has(name);
  let gone = false;
  const work = (patience: number) => (from: number) => kernels.work(laid.stages, from, count, threads, spins, patience, 0, laid.scratch);

  /** All stages by all threads; why not, when one of them died. */
  const together = async (others: ThreadPool): Promise<string | undefined> => {
    const words = new Int32Array(memory.buffer);
    words[0] = 0;
    for (let i = 0; i < count; i++) {
      const stage = (laid.stages + i * STAGE_BYTES) / 4;
      words[stage + STAGE_TAKEN] = 0;
      words[stage + STAGE_DONE] = 0;
    }
    const outcome = await others.run({
      ...{ plan: id, stages: laid.stages, count, stop: 0, scratch: laid.scratch, scratchBytes: laid.scratchBytes, spins },
      work: work(PATIENCE),
      abandon: () => {
        Atomics.store(words, 0, 1);
      },
    });
    return outcome.done ? undefined : outcome.reason;
  };

  const runNow = async (given: Tensors): Promise<E.Either<EngineError, Tensors>> => {
    const problem = gone || closed() ? GONE : inputProblem(compiled.inputs, known, given);
    if (problem !== undefined) return E.left(engineError('run', problem));
    const fresh = Object.keys(given).filter((name) => !met.has(name));
    const before = readState(
      compiled,
      memory,
      Object.keys(state).filter((name) => given[name] !== undefined && met.has(name)),
    );
    writeInputs(compiled, memory, given);
    for (const name of fresh) met.add(name);
    if (pool === undefined) work(0)(0);
    else {
      const death = await together(pool);
      if (death !== undefined) {
        writeInputs(compiled, memory, before);
        for (const name of fresh) met.delete(name);
        return E.left(
          engineError(
            'run',
            `a worker thread died during the run: ${death}. Nothing was computed; run again, the engine starts a new thread`,
          ),
        );
      }
    }
    const outputs = readOutputs(compiled, memory);
    replaceState(compiled, memory);
    return E.right(outputs);
  };

  const readNow = (names: readonly string[]): E.Either<EngineError, Tensors> => {
    const problem = gone || closed() ? GONE : unreadable(state, known, names);
    return problem === undefined ? E.right(readState(compiled, memory, names)) : E.left(engineError('run', problem));
  };

  const kernelCount = b.stages.reduce((n, stage) => n + stage.commands.length, 0);
  return {
    run: (given) => () => inOrder(() => runNow(given)),
    read: (names) => () => inOrder(() => readNow(names)),
    describe: `${how}, ${kernelCount} kernels in ${count} stages, ${mebibytes(laid.report.total)}`,
    memory: laid.report,
    kernels: kernelCount,
    stages: count,
    dispose: () => {
      if (gone) return;
      gone = true;
      pool?.drop(id);
      void inOrder(() => release(space));
    },
  };
};
