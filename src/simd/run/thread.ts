import { WORKER_SOURCE } from './worker-source.ts';

/** A message to a worker. */
export type Message =
  | { readonly kind: 'module'; readonly module: WebAssembly.Module }
  | { readonly kind: 'load'; readonly plan: number; readonly memory: WebAssembly.Memory }
  | { readonly kind: 'drop'; readonly plan: number }
  | { readonly kind: 'run'; readonly plan: number; readonly run: number; readonly work: readonly number[] };

/** A worker's message when it leaves a run. */
export interface Reply {
  readonly run: number;
  /** The stage it stopped at: their number when all was done. */
  readonly end: number;
}

/** A thread, in Node or in a browser. */
export interface Thread {
  readonly send: (message: Message) => void;
  /** Whether it keeps the process alive. */
  readonly hold: (on: boolean) => void;
  readonly stop: () => void;
}

/** What happens to a thread. */
export interface Listener {
  readonly onReply: (reply: Reply) => void;
  /** It is gone, for the reason given in words. */
  readonly onEnd: (reason: string) => void;
}

/** Whether this is Node. Its own modules are asked of `process`, not imported, so that a bundler for browsers meets none. */
export const inNode = (): boolean => typeof process !== 'undefined' && typeof process.versions?.node === 'string';

/** Whether threads may share memory here: always in Node, in a browser where the page is cross-origin isolated. */
export const canShare = (): boolean => inNode() || (globalThis as { readonly crossOriginIsolated?: boolean }).crossOriginIsolated === true;

/** How many threads the machine runs at once. */
export const processors = async (): Promise<number> =>
  inNode() ? process.getBuiltinModule('node:os').availableParallelism() : (navigator.hardwareConcurrency ?? 1);

/** Start a thread. */
export const startThread = async (listener: Listener): Promise<Thread> => {
  if (inNode()) {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const worker = new Worker(WORKER_SOURCE, { eval: true });
    worker.unref();
    worker.on('message', listener.onReply);
    worker.on('error', (error) => listener.onEnd(String(error)));
    worker.on('exit', (code) => listener.onEnd(`it ended with exit code ${code}`));
    return {
      send: (message) => worker.postMessage(message),
      hold: (on) => (on ? worker.ref() : worker.unref()),
      stop: () => void worker.terminate(),
    };
  }
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = (event: MessageEvent<Reply>) => listener.onReply(event.data);
  // An error does not end a browser's worker by itself; one that is counted as gone must not join a later run.
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    listener.onEnd(event.message);
  };
  return {
    send: (message) => worker.postMessage(message),
    hold: () => {},
    stop: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
};
