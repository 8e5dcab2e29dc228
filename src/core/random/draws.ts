import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { showValue } from '../text/show-value.ts';
import { generator, symmetric } from './generator.ts';
import { nameHash } from './hash.ts';

/** Uniform numbers in (−1, 1) for the parameter of that name: all the randomness there is, given by the caller. */
export type Draw = (name: string, shape: Shape) => Tensor;

/** A seed, which must be a whole number: any other would give the stream of some whole number in silence. */
export const checkedSeed = (operation: string, seed: number): number => {
  if (Number.isSafeInteger(seed)) return seed;
  throw new RangeError(`${operation}: the seed must be a whole number below 2^53, got ${showValue(seed)}`);
};

/**
 * The draws of a seed. Every name has a stream of its own, so that one parameter more or less leaves the others as they are.
 *
 * @param seed whole number; of those beyond 32 bits the lower 32 count
 * @throws RangeError when `seed` is not a whole number that a double holds exactly.
 * @example
 * draws(1)('cls_token', [2]).data // [0.47290738340737704, -0.1169244588118753]
 */
export const draws = (seed: number): Draw => {
  const known = checkedSeed('draws', seed);
  return (name, shape) => symmetric(shape)(generator(nameHash(name, known)))[0];
};
