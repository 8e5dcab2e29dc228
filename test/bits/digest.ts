import { size } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { sha256 } from './sha256.ts';

/** The bits of tensors, little-endian, each led by its shape. NaN has one form: its sign and payload are not defined. */
const serialise = (tensors: readonly Tensor[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8 * tensors.reduce((n, { shape }) => n + 1 + shape.length + size(shape), 0)));
  let at = 0;
  const write = (x: number): void => {
    if (!Number.isNaN(x)) view.setFloat64(at, x, true);
    else view.setUint32(at + 4, 0x7ff80000, true);
    at += 8;
  };
  for (const { shape, data } of tensors) {
    write(shape.length);
    for (const n of shape) write(n);
    for (let i = 0; i < data.length; i++) write(data[i]);
  }
  return new Uint8Array(view.buffer);
};

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** SHA-256 of the bits of tensors. */
export const fingerprint = (tensors: readonly Tensor[]): string => sha256(serialise(tensors));

/**
 * One line a name, `<SHA-256 of its bits>  <name>`, and a last one, the SHA-256 of all lines before it: equal on two
 * engines when every bit of every tensor is.
 */
export const digest = (fingerprints: Readonly<Record<string, string>>): string => {
  const lines = Object.entries(fingerprints).map(([name, print]) => `${print}  ${name}`);
  return [...lines, `${sha256(ascii(lines.join('\n')))}  all`].join('\n');
};
