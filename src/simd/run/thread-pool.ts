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
  readonly run: (job: Run) => Promise<Outcome>;
  readonly dispose: () => void;
}

/** One member besides the calling thread: whether it is in a run, and why it is gone. */
interface Worker {
  readonly thread: Thread;
  busy: boolean;
  gone: string | undefined;
}

const PATIENCE = 0x7fffffff;
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Threads that share the tasks of runs. In Node the calling thread works too, and returns to its event loop now and then while it waits, so that it
 * hears of a thread that died; in a browser it only waits for messages.
 */
export const threadPool = (threads: number, module: WebAssembly.Module, start: typeof startThread): ThreadPool => {
  const takesPart = inNode();
  const wanted = takesPart ? threads - 1 : threads;
  const memories = new Map<number, WebAssembly.Memory>();
  let members: readonly Worker[] = [];
  let runs = 0;
  let disposed = false;
  /** Called at every change: a reply, a death. */
  let wake: () => void = () => {};

  const hire = async (): Promise<Worker> => {
    let member: Worker | undefined;
    let early: string | undefined;
    const thread = await start({
      onReply: () => {
        if (member !== undefined) member.busy = false;
        wake();
      },
      onEnd: (reason) => {
        early = reason;
        if (member !== undefined) member.gone ??= reason;
        wake();
      },
    });
    member = { thread, busy: false, gone: early };
    thread.send({ kind: 'module', module });
    for (const [plan, memory] of memories) thread.send({ kind: 'load', plan, memory });
    return member;
  };
  const complete = async (): Promise<void> => {
    const left = members.filter((member) => member.gone === undefined);
    members = [...left, ...(await Promise.all(Array.from({ length: wanted - left.length }, hire)))];
    if (disposed) for (const { thread } of members) thread.stop();
  };
  const tell = (message: Message): void => {
    for (const { thread } of members) thread.send(message);
  };
  const lost = (): string | undefined => members.find((member) => member.gone !== undefined)?.gone;
  /** Wait for the next event, or a moment. */
  const event = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const allLeft = async (): Promise<void> => {
    while (members.some((member) => member.busy && member.gone === undefined)) await event();
  };

  const run = async (job: Run): Promise<Outcome> => {
    await complete();
    const id = ++runs;
    members.forEach((member, i) => {
      const scratch = job.scratch + (takesPart ? i + 1 : i) * job.scratchBytes;
      member.busy = true;
      member.thread.hold(true);
      const work = [job.stages, 0, job.count, threads, job.spins, PATIENCE, job.stop, scratch];
      member.thread.send({ kind: 'run', plan: job.plan, run: id, work });
    });
    let reached = 0;
    if (takesPart) {
      while (reached >= 0 && reached < job.count && lost() === undefined) {
        reached = job.work(reached);
        if (reached >= 0 && reached < job.count) await soon();
      }
    } else {
      while (members.every((member) => member.busy && member.gone === undefined)) await event();
      reached = lost() === undefined ? job.count : 0;
    }
    const done = reached === job.count;
    if (!done) job.abandon();
    await allLeft();
    for (const { thread, gone } of members) if (gone === undefined) thread.hold(false);
    return done ? { done } : { done, reason: lost() ?? 'the run was abandoned' };
  };

  return {
    threads,
    load: (plan, memory) => {
      memories.set(plan, memory);
      tell({ kind: 'load', plan, memory });
    },
    drop: (plan) => {
      memories.delete(plan);
      tell({ kind: 'drop', plan });
    },
    run,
    dispose: () => {
      disposed = true;
      for (const { thread } of members) thread.stop();
      members = [];
    },
  };
};
