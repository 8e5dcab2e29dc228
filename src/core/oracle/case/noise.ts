import { nameHash, scramble } from '../../random/hash.ts';
import { type Shape, size } from '../../tensor/shape.ts';

/** 2³². A hash takes what a seed has below it. */
export const SEEDS = 4_294_967_296;

/** Adds to each number one uniform in [−1, 1), made of a name, a seed and its place as `hashTensor` makes it. What a seed has above 2³² joins the name. */
const stir = (out: Float64Array, name: string, seed: number): Float64Array => {
  const start = nameHash(seed < SEEDS ? name : `${name}/${Math.floor(seed / SEEDS)}`, seed);
  for (let i = 0; i < out.length; i++) out[i] += scramble(start + Math.imul(i, 0x9e3779b9)) / 2147483648 - 1;
  return out;
};

/** Numbers uniform in [−1, 1) for a name and a seed. */
export const uniform = (name: string, seed: number, shape: Shape): Float64Array => stir(new Float64Array(size(shape)), name, seed);

/** Numbers nearly normal, mean 0 and variance 1: sums of four uniform ones, within ±3.47. */
export const bell = (name: string, seed: number, shape: Shape): Float64Array => {
  const out = new Float64Array(size(shape));
  for (const part of ['', '/b', '/c', '/d']) stir(out, name + part, seed);
  for (let i = 0; i < out.length; i++) out[i] *= 0.8660254037844386;
  return out;
};

/** Whole numbers 0 … n − 1. */
export const choices = (name: string, seed: number, shape: Shape, n: number): Float64Array => {
  const out = stir(new Float64Array(size(shape)), name, seed);
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
