import type { Tensor } from '../../src/core/tensor.ts';
import { CASES } from './cases.ts';
import { sha256 } from './sha256.ts';

/** The bits of tensors, little-endian, each led by its shape. NaN has one form: its sign and payload are not defined. */
const serialise = (tensors: readonly Tensor[]): Uint8Array => {
  const numbers = tensors.flatMap(({ shape, data }) => [shape.length, ...shape, ...data]);
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((x, i) => {
    if (!Number.isNaN(x)) view.setFloat64(8 * i, x, true);
    else view.setUint32(8 * i + 4, 0x7ff80000, true);
  });
  return new Uint8Array(view.buffer);
};

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/**
 * One line a case, `<SHA-256 of its bits>  <name>`, and a last one, the SHA-256 of all lines before it: equal on two
 * engines when every bit of every output is.
 */
export const bits = (): string => {
  const lines = Object.entries(CASES).map(([name, run]) => `${sha256(serialise(run()))}  ${name}`);
  return [...lines, `${sha256(ascii(lines.join('\n')))}  all`].join('\n');
};

/**
 * The same digest over functions that the language leaves to the engine. It differs between engines, which shows that
 * `bits` would notice; no result of ours depends on it.
 */
export const control = (): string => {
  const functions = [Math.exp, Math.log, Math.sin, Math.tan, Math.tanh, Math.cbrt, Math.expm1, (x: number) => x ** 1.1];
  const values = functions.flatMap((f) => Array.from({ length: 20_000 }, (_, i) => f((i + 1) / 2657)));
  return sha256(serialise([{ shape: [values.length], data: Float64Array.from(values) }]));
};
