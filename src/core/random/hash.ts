import type { Shape } from '../tensor/shape.ts';
import { generate, type Tensor } from '../tensor/tensor.ts';

/** FNV-1a over the UTF-8 bytes of a name, its start mixed with a seed. */
export const nameHash = (name: string, seed: number): number =>
  utf8(name).reduce((h, byte) => Math.imul(h ^ byte, 0x01000193) >>> 0, (0x811c9dc5 ^ seed) >>> 0);

/** The UTF-8 bytes of a text. */
const utf8 = (text: string): readonly number[] =>
  [...text].flatMap((character) => {
    const c = character.codePointAt(0) as number;
    if (c < 0x80) return [c];
    if (c < 0x800) return [0xc0 | (c >> 6), 0x80 | (c & 63)];
    if (c < 0x10000) return [0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63)];
    return [0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63)];
  });

/** A 32-bit integer with every bit of `i` spread over it (the finaliser of lowbias32). */
export const scramble = (i: number): number => {
  let x = i >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
};

/**
 * A tensor that any program in any language can make for itself: element i is `offset + scale · u`, with u in [−1, 1)
 * exact in float64 and hashed from the name, the seed and i. Golden full-size weights are made so.
 *
 * @example
 * hashTensor('cls_token', 1, [2], 0.5).data // [0.3240915818605572, -0.2008844120427966]
 */
export const hashTensor = (name: string, seed: number, shape: Shape, scale: number, offset = 0): Tensor => {
  const start = nameHash(name, seed);
  return generate(shape, (i) => {
    const value = scale * (scramble(start + Math.imul(i, 0x9e3779b9)) / 2147483648 - 1);
    return offset === 0 ? value : offset + value;
  });
};
