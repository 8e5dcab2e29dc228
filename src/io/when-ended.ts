const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Marks the listeners of this file. */
const OURS = Symbol('cleans up');

/**
 * Calls `clean` if the process ends before `forget`, which is returned, is called: by an exit, or by a signal that nobody else listens to. The signal
 * then ends the process as it would have. There is no listener but in between: one is deaf while anything computes.
 *
 * A second signal finds the first one's cleaning done: the listener stays until then.
 */
export const whenEnded = (clean: () => void): (() => void) => {
  const onSignal = Object.assign(
    (signal: NodeJS.Signals): void => {
      if (!process.listeners(signal).every((listener) => OURS in listener)) return;
      clean();
      process.removeListener(signal, onSignal);
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    },
    { [OURS]: true },
  );
  process.once('exit', clean);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    process.removeListener('exit', clean);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
};
