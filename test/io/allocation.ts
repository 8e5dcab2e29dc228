import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Construct = new (...args: readonly unknown[]) => ArrayBufferView | ArrayBuffer;
const watched = ['ArrayBuffer', 'Uint8Array', 'Float64Array', 'BigInt64Array', 'Uint16Array', 'Uint32Array', 'Float32Array'] as const;

const scope = globalThis as unknown as Record<string, Construct>;
let largest = 0;
let total = 0;
const watchers = watched.map((name) => {
  const original = scope[name] as Construct & { readonly BYTES_PER_ELEMENT?: number };
  const step = original.BYTES_PER_ELEMENT ?? 1;
  const watcher = new Proxy(original, {
    construct: (target, args, newTarget) => {
      const bytes = typeof args[0] === 'number' ? args[0] * step : 0;
      largest = Math.max(largest, bytes);
      total += bytes;
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  return { name, original, watcher };
});

/**
 * Runs work while every constructor of memory reports what it is asked for, before the memory is taken: `largest` is the largest single buffer in bytes,
 * `total` is all of them together. Views of memory that exists do not count.
 */
export const measured = async <A>(
  work: () => A | Promise<A>,
): Promise<{ readonly value: A; readonly largest: number; readonly total: number }> => {
  [largest, total] = [0, 0];
  for (const { name, watcher } of watchers) scope[name] = watcher;
  try {
    const value = await work();
    return { value, largest, total };
  } finally {
    for (const { name, original } of watchers) scope[name] = original;
  }
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How much the heap grows over some work, in bytes, after collecting what was garbage before it; garbage of the work itself counts. */
export const heapGrowth = async <A>(work: () => Promise<A>): Promise<{ readonly value: A; readonly growth: number }> => {
  collect();
  const before = heapUsed();
  const value = await work();
  return { value, growth: heapUsed() - before };
};

/** Bytes of the JavaScript heap in use, garbage not yet collected included. */
export const heapUsed = (): number => process.memoryUsage().heapUsed;
