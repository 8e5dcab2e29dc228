import { checkedSeed } from '../../../random/draws.ts';
import { hashTensor } from '../../../random/hash.ts';
import type { Shape } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { DeitConfig } from '../config.ts';
import { type DeitParams, mapParams, specification } from '../params.ts';

/**
 * One parameter of a seeded model, hashed from its timm name: gains around 1, and biases, tokens and positions that are
 * not zero, so that leaving one out shows. Golden full-size models are made so, and any program can make the same.
 */
export const seededParameter = (seed: number, name: string, shape: Shape): Tensor => {
  if (/norm[12]?\.weight$/.test(name)) return hashTensor(name, seed, shape, 0.25, 1);
  if (/^(cls_token|dist_token|pos_embed)$/.test(name)) return hashTensor(name, seed, shape, 0.5);
  return hashTensor(name, seed, shape, 0.125);
};

/**
 * Parameters made from a seed alone: untrained, for judging arithmetic where no trained weights are at hand.
 *
 * @param seed whole number; of those beyond 32 bits the lower 32 count
 * @throws RangeError when `seed` is not a whole number that a double holds exactly; ShapeError where `specification` does.
 * @example
 * seededParams(1, ZOO.deit_tiny_patch16_224).cls_token.data[0] // 0.3240915818605572
 * seededParams(Number.NaN, ZOO.deit_tiny_patch16_224) // throws RangeError: seededParams: the seed must be a whole number below 2^53, got NaN
 */
export const seededParams = (seed: number, c: DeitConfig): DeitParams<Tensor> => {
  const known = checkedSeed('seededParams', seed);
  return mapParams(({ shape }, name) => seededParameter(known, name, shape), specification(c));
};
