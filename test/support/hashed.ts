import { seededParameter } from '../../src/core/model/deit/init/seeded-params.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { manifest } from './golden.ts';

/** The parameter of that name in the full-size golden models. */
export const hashedParameter = (name: string, shape: Shape): Tensor => seededParameter(manifest.seed, name, shape);
