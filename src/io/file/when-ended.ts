const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Marks listeners of this file, those of another copy of it included. */
const OURS = Symbol.for('deit-oracle: cleans up');

/** What to clean up if the process ends now: one listener serves all. */
const pending = new Set<() => void>();
const cleanUp = (): void => {
  for (const clean of pending) clean();
  pending.clear();
};
const onSignal = Object.assign(
  (signal: NodeJS.Signals): void => {
    if (!process.listeners(signal).every((listener) => OURS in listener)) return;
    cleanUp();
    stopListening();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  },
  { [OURS]: true },
);
const listen = (): void => {
  process.once('exit', cleanUp);
  // Before all others: a listener for one time is no longer among them when its turn has come.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
};
const stopListening = (): void => {
  process.removeListener('exit', cleanUp);
  for (const signal of SIGNALS) process.removeListener(signal, onSignal);
};

/**
 * Calls `clean` if the process ends before `forget`, which is returned, is called: by an exit, or by a signal that nobody else listens to. The signal
 * then ends the process as it would have. There is no listener but in between: one is deaf while anything computes.
 *
 * A second signal finds the first one's cleaning done: the listener stays until then.
 */
export const whenEnded = (clean: () => void): (() => void) => {
  if (pending.size === 0) listen();
  pending.add(clean);
  return () => {
    pending.delete(clean);
    if (pending.size === 0) stopListening();
  };
};
