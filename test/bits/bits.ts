import { CASES } from './cases.ts';
import { digest, fingerprint } from './digest.ts';

/** The bits of every case, as a digest. */
export const bits = (): string => digest(Object.fromEntries(Object.entries(CASES).map(([name, run]) => [name, fingerprint(run())])));

/**
 * The same digest over functions that the language leaves to the engine. It differs between engines, which shows that
 * `bits` would notice; no result of ours depends on it.
 */
export const control = (): string => {
  const functions = [Math.exp, Math.log, Math.sin, Math.tan, Math.tanh, Math.cbrt, Math.expm1, (x: number) => x ** 1.1];
  const values = functions.flatMap((f) => Array.from({ length: 20_000 }, (_, i) => f((i + 1) / 2657)));
  return fingerprint([{ shape: [values.length], data: Float64Array.from(values) }]);
};
