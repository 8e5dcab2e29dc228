import type { Ops } from '../language/ops.ts';
import type { Shaped } from '../tensor/shape.ts';
import type { Affine } from './deit/params.ts';

/** `x wᵀ + b` with the parameters of a layer: `(…, K) → (…, N)`. */
export const linear =
  <T extends Shaped>(o: Ops<T>) =>
  (p: Affine<T>, x: T): T =>
    o.linear(x, p.weight, p.bias);
