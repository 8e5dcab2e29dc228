import { hashTensor } from '../../random/hash.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Floats } from '../../tensor/tensor.ts';

/** 2³². `hashTensor` takes what a seed has below it. */
export const SEEDS = 4_294_967_296;

/** Numbers uniform in [−1, 1) for a name and a seed. What a seed has above 2³² joins the name. */
export const uniform = (name: string, seed: number, shape: Shape): Floats =>
  hashTensor(seed < SEEDS ? name : `${name}/${Math.floor(seed / SEEDS)}`, seed, shape, 1).data;

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

/** The same things in another order, which belongs to a name and a seed. */
export const shuffled = <A>(name: string, seed: number, things: readonly A[]): readonly A[] => {
  const at = uniform(`order/${name}`, seed, [things.length]);
  return things
    .map((_, i) => i)
    .sort((i, j) => at[i] - at[j])
    .map((i) => things[i]);
};
