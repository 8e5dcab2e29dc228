import { hashTensor } from '../../src/core/hash.ts';
import type { Shape } from '../../src/core/shape.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { manifest } from './golden.ts';

/** The parameter of that name in the full-size golden models: the manifest's rule. */
export const hashedParameter = (name: string, shape: Shape): Tensor => {
  if (/norm[12]?\.weight$/.test(name)) return hashTensor(name, manifest.seed, shape, 0.25, 1);
  if (/^(cls_token|dist_token|pos_embed)$/.test(name)) return hashTensor(name, manifest.seed, shape, 0.5);
  return hashTensor(name, manifest.seed, shape, 0.125);
};
