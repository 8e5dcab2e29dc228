import { type Shape, size } from '../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';

/** 32 mixed bits of an integer (the finaliser of MurmurHash3, Appleby 2011). */
const mix = (x: number): number => {
  const a = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};

/** Element `i` of a stream of numbers in [0, 1) that use all 53 bits. */
export const uniform = (stream: number, i: number): number => {
  const high = mix(Math.imul(stream, 0x9e3779b1) + 2 * i + 1);
  const low = mix(high ^ Math.imul(i + 1, 0x27d4eb2f));
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
};

/** A tensor of numbers in (−scale, scale), the same on every engine. */
export const signed = (stream: number, shape: Shape, scale = 1): Tensor => generate(shape, (i) => scale * (2 * uniform(stream, i) - 1));

/** A tensor of numbers in (0, scale). */
export const positive = (stream: number, shape: Shape, scale = 1): Tensor =>
  generate(shape, (i) => scale * (uniform(stream, i) + 1 / 9007199254740992));

/** Bytes, as the pixels of a picture. */
export const bytes = (stream: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => 256 * uniform(stream, i));

/** Numbers of every size: sign · m · 2^k, with k over the whole range of float64 where `spread` is 1. */
export const wide = (stream: number, shape: Shape, spread: number): Tensor => {
  const out = new Float64Array(size(shape));
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < out.length; i++) {
    const exponent = 1023 + Math.floor(spread * 1022 * (2 * uniform(stream, i) - 1));
    const sign = uniform(stream + 1, i) < 0.5 ? 0 : 0x80000000;
    view.setUint32(0, (sign | (exponent << 20) | (mix(stream + 3 * i) >>> 12)) >>> 0);
    view.setUint32(4, mix(stream + 5 * i));
    out[i] = view.getFloat64(0);
  }
  return generate(shape, (i) => out[i]);
};
