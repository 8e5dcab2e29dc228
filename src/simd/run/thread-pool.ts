import { inNode, type Message, type startThread, type Thread } from './thread.ts';

/** How a run ended: done, or the reason why not. */
export type Outcome = { readonly done: true } | { readonly done: false; readonly reason: string };

/** One run of a plan's stages by everybody. */
export interface Run {
  readonly plan: number;
  readonly stages: number;
  readonly count: number;
  /** Where the word is that makes everybody leave. */
  readonly stop: number;
  readonly scratch: number;
  readonly scratchBytes: number;
  /** How often a thread looks whether the others are done before it sleeps. */
  readonly spins: number;
  /** Work on the calling thread, from a stage on: where it stopped, less than `count` after waiting long. */
  readonly work: (from: number) => number;
  /** Make everybody leave. */
  readonly abandon: () => void;
}

/** The threads of an engine: they start with the first run that needs them. */
export interface ThreadPool {
  readonly threads: number;
  readonly load: (plan: number, memory: WebAssembly.Memory) => void;
  readonly drop: (plan: number) => void;
  readonly run: (task: Run) => Promise<Outcome>;
  readonly dispose: () => void;
}

/** One thread besides the calling one: whether it is in a run, and why it is dead. */
interface Worker {
  readonly thread: Thread;
  busy: boolean;
  dead: string | undefined;
}

const PATIENCE = 0x7fffffff;
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Threads that share the tasks of runs. In Node the calling thread works too, and returns to its event loop now and then while it waits, so that it
 * hears of a thread that died; in a browser it only waits for messages.
 */
export const threadPool = (threads: number, module: WebAssembly.Module, startThreadOf: typeof startThread): ThreadPool => {
  const takesPart = inNode();
  const wanted = takesPart ? threads - 1 : threads;
  const memories = new Map<number, WebAssembly.Memory>();
  let workers: readonly Worker[] = [];
  let runs = 0;
  let disposed = false;
  /** Called at every change: a reply, a death. */
  let wake: () => void = () => {};

  const start = async (): Promise<Worker> => {
    let worker: Worker | undefined;
    let early: string | undefined;
    const thread = await startThreadOf({
      onReply: () => {
        if (worker !== undefined) worker.busy = false;
        wake();
      },
      onEnd: (reason) => {
        early = reason;
        if (worker !== undefined) worker.dead ??= reason;
        wake();
      },
    });
    worker = { thread, busy: false, dead: early };
    thread.send({ kind: 'module', module });
    for (const [plan, memory] of memories) thread.send({ kind: 'load', plan, memory });
    return worker;
  };
  const complete = async (): Promise<void> => {
    const left = workers.filter((worker) => worker.dead === undefined);
    workers = [...left, ...(await Promise.all(Array.from({ length: wanted - left.length }, start)))];
    if (disposed) for (const { thread } of workers) thread.stop();
  };
  const broadcast = (message: Message): void => {
    for (const { thread } of workers) thread.send(message);
  };
  const deadReason = (): string | undefined => workers.find((worker) => worker.dead !== undefined)?.dead;
  /** Wait for the next event, or a moment. */
  const event = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const allLeft = async (): Promise<void> => {
    while (workers.some((worker) => worker.busy && worker.dead === undefined)) await event();
  };

  const run = async (task: Run): Promise<Outcome> => {
    await complete();
    const id = ++runs;
    workers.forEach((worker, i) => {
      const scratch = task.scratch + (takesPart ? i + 1 : i) * task.scratchBytes;
      worker.busy = true;
      worker.thread.hold(true);
      const words = [task.stages, 0, task.count, threads, task.spins, PATIENCE, task.stop, scratch];
      worker.thread.send({ kind: 'run', plan: task.plan, run: id, work: words });
    });
    let reached = 0;
    if (takesPart) {
      while (reached >= 0 && reached < task.count && deadReason() === undefined) {
        reached = task.work(reached);
        if (reached >= 0 && reached < task.count) await soon();
      }
    } else {
      while (workers.every((worker) => worker.busy && worker.dead === undefined)) await event();
      reached = deadReason() === undefined ? task.count : 0;
    }
    const done = reached === task.count;
    if (!done) task.abandon();
    await allLeft();
    for (const { thread, dead } of workers) if (dead === undefined) thread.hold(false);
    return done ? { done } : { done, reason: deadReason() ?? 'the run was abandoned' };
  };

  return {
    threads,
    load: (plan, memory) => {
      memories.set(plan, memory);
      broadcast({ kind: 'load', plan, memory });
    },
    drop: (plan) => {
      memories.delete(plan);
      broadcast({ kind: 'drop', plan });
    },
    run,
    dispose: () => {
      disposed = true;
      for (const { thread } of workers) thread.stop();
      workers = [];
    },
  };
};
