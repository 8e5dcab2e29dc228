import type { Ops } from '../../language/ops.ts';
import type { Shaped } from '../../tensor/shape.ts';
import { linear } from '../linear.ts';
import { masked } from './attention.ts';
import type { BlockParams } from './params.ts';

/** Dropout masks of one MLP, each already divided by the share kept; absent means no dropout. */
export interface MlpMasks<T> {
  /** `(B, N, hidden)`. */
  readonly hidden?: T;
  /** `(B, N, D)`. */
  readonly output?: T;
}

/**
 * The feed-forward network of a block: linear to the hidden width, exact GELU, linear back. `(…, D) → (…, D)`.
 * Tags `mlp_fc1`, `mlp_act`, `mlp_out`. Source: timm 0.3.2: models/vision_transformer.py Mlp.
 *
 * @example
 * const p = mapParams((s) => sketch(s.shape), specification(deitConfig({ dim: 192, depth: 1, heads: 3 })));
 * mlp(shape)(p.blocks[0].mlp, sketch([2, 198, 192])).shape // [2, 198, 192]
 */
export const mlp =
  <T extends Shaped>(o: Ops<T>) =>
  (p: BlockParams<T>['mlp'], x: T, masks: MlpMasks<T> = {}): T => {
    const hidden = o.tag('mlp_act', o.gelu(o.tag('mlp_fc1', linear(o)(p.fc1, x))));
    return masked(o)(o.tag('mlp_out', linear(o)(p.fc2, masked(o)(hidden, masks.hidden))), masks.output);
  };
