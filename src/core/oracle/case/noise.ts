import { hashTensor } from '../../random/hash.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Floats } from '../../tensor/tensor.ts';

/** Numbers uniform in [−1, 1) for a name and a seed. */
export const uniform = (name: string, seed: number, shape: Shape): Floats => hashTensor(name, seed, shape, 1).data;

/** Numbers nearly normal, mean 0 and variance 1: sums of four uniform ones, within ±3.47. */
export const bell = (name: string, seed: number, shape: Shape): Floats => {
  const out = uniform(name, seed, shape).slice();
  for (const part of ['b', 'c', 'd']) {
    const more = uniform(`${name}/${part}`, seed, shape);
    for (let i = 0; i < out.length; i++) out[i] += more[i];
  }
  for (let i = 0; i < out.length; i++) out[i] *= 0.8660254037844386;
  return out;
};

/** Whole numbers 0 … n − 1. */
export const choices = (name: string, seed: number, shape: Shape, n: number): Floats => {
  const out = uniform(name, seed, shape).slice();
  for (let i = 0; i < out.length; i++) out[i] = Math.floor(((out[i] + 1) / 2) * n);
  return out;
};
