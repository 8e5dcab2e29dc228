import { nameHash } from '../hash.ts';
import { generator, symmetric } from '../random.ts';
import type { Draw } from './initialise.ts';

/**
 * The draws of a seed. Every name has a stream of its own, so that one parameter more or less leaves the others as they are.
 *
 * @param seed whole number; of those beyond 32 bits the lower 32 count
 * @example
 * draws(1)('cls_token', [2]).data // [0.47290738340737704, -0.1169244588118753]
 */
export const draws =
  (seed: number): Draw =>
  (name, shape) =>
    symmetric(shape)(generator(nameHash(name, seed)))[0];
