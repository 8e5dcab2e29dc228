import { expect, it } from 'vitest';
import { hashTensor } from '../../src/core/random/hash.ts';
import { manifest } from '../support/golden.ts';
import { hashedParameter } from '../support/hashed.ts';
import { notEmpty } from '../support/not-empty.ts';

it('hashed tensors are those of the manifest', () => {
  for (const [name, values] of notEmpty(Object.entries(manifest.hash_probe.first_4_values as Record<string, number[]>)))
    if (name !== 'image') expect(Array.from(hashedParameter(name, [4]).data), name).toEqual(values);
  expect(Array.from(hashTensor('image', manifest.seed, [4], 2).data)).toEqual(
    manifest.hash_probe.image ?? manifest.hash_probe.first_4_values.image,
  );
});

it('names are hashed by their UTF-8 bytes', () => {
  // FNV-1a of the bytes of "é", "€", "😀" after the seed 0, by an independent implementation over Buffer.
  const fnv = (name: string) => [...Buffer.from(name)].reduce((h, c) => Math.imul(h ^ c, 0x01000193) >>> 0, 0x811c9dc5);
  const first = (h: number) => {
    let x = h;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  };
  for (const name of ['é', '€', '😀', 'a']) expect(hashTensor(name, 0, [1], 1).data[0]).toBe(first(fnv(name)));
});
