import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { toTensor } from '../../src/io/bytes/raw-tensor.ts';
import { decode } from '../../src/io/safetensors/codec.ts';
import { right } from './right.ts';

const DATA = new URL('../golden/data/', import.meta.url);

/** The tensors of one golden file, integers widened. */
export const golden = (file: string): Readonly<Record<string, Tensor>> => {
  const decoded = right(decode(readFileSync(new URL(`${file}.safetensors`, DATA))));
  return Object.fromEntries(Object.entries(decoded.tensors).map(([name, raw]) => [name, right(toTensor(raw))]));
};

export const manifest = JSON.parse(readFileSync(new URL('manifest.json', DATA), 'utf8'));

/** The tensors whose name starts with `prefix`, without it. */
export const below = (prefix: string, tensors: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, t]) => [name.slice(prefix.length), t]),
  );

/** Largest |got − want| / (abs + rel·|want|), with where; infinite for NaN or another shape. */
export const distance = (got: Tensor, want: Tensor, abs = 1e-10, rel = 1e-10): { readonly ratio: number; readonly at: number } => {
  if (got.shape.join() !== want.shape.join()) return { ratio: Number.POSITIVE_INFINITY, at: -1 };
  let worst = { ratio: 0, at: 0 };
  for (let i = 0; i < want.data.length; i++) {
    const ratio = Math.abs(got.data[i] - want.data[i]) / (abs + rel * Math.abs(want.data[i]));
    if (!(ratio <= worst.ratio)) worst = { ratio: Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio, at: i };
  }
  return worst;
};

/** Fails unless `got` is within the manifest's tolerance of `want`: abs 1e-10 + rel 1e-10 unless it says otherwise. */
export const expectGolden = (name: string, got: Tensor | undefined, want: Tensor, abs?: number, rel?: number): void => {
  if (got === undefined) throw new Error(`${name} is missing`);
  const { ratio, at } = distance(got, want, abs, rel);
  if (!(ratio <= 1))
    expect.fail(`${name} (${got.shape}) is ${ratio.toExponential(1)} tolerances off at ${at}: got ${got.data[at]}, want ${want.data[at]}`);
};
