import type { Ops } from '../../language/ops.ts';
import { type Shaped, size } from '../../tensor/shape.ts';
import { type AttentionMasks, attention } from './attention.ts';
import type { DeitConfig } from './config.ts';
import { type MlpMasks, mlp } from './mlp.ts';
import type { Affine, BlockParams } from './params.ts';

/** What dropout and stochastic depth multiply inside one block; absent means nothing is dropped. */
export interface BlockMasks<T> {
  /** Stochastic depth of the attention branch: one factor a sample, `(B)`, 0 or 1/keep. */
  readonly attnPath?: T;
  /** Stochastic depth of the MLP branch, `(B)`, drawn independently. */
  readonly mlpPath?: T;
  readonly attn?: AttentionMasks<T>;
  readonly mlp?: MlpMasks<T>;
}

/**
 * Stochastic depth (Huang et al. 2016; `drop path` in timm): every sample's branch times its factor. x `(B, …)`, factor `(B)`.
 *
 * @example
 * dropPath(reference)(tensor([2, 1], [3, 5]), tensor([2], [0, 2])).data // [0, 10]
 */
export const dropPath =
  <T extends Shaped>(o: Ops<T>) =>
  (x: T, factor: T | undefined): T =>
    factor === undefined ? x : o.mul(x, o.reshape(x.shape, o.repeatLast(size(x.shape.slice(1)), factor)));

/**
 * One pre-norm transformer block: `h = x + path(attention(norm1 x))`, `y = h + path(mlp(norm2 h))`. `(B, N, D) → (B, N, D)`.
 * Tags `norm1`, those of attention, `resid1`, `norm2`, those of the MLP, `out`.
 * Source: timm 0.3.2: models/vision_transformer.py Block.
 *
 * @example
 * const p = mapParams((s) => sketch(s.shape), specification(deitConfig({ dim: 192, depth: 1, heads: 3 })));
 * block(shape)({ heads: 3, eps: 1e-6 }, p.blocks[0], sketch([2, 198, 192])).shape // [2, 198, 192]
 */
export const block =
  <T extends Shaped>(o: Ops<T>) =>
  ({ heads, eps }: Pick<DeitConfig, 'heads' | 'eps'>, p: BlockParams<T>, x: T, masks: BlockMasks<T> = {}): T => {
    const norm = (a: Affine<T>, t: T): T => o.layerNorm(eps, t, a.weight, a.bias);
    const attended = attention(o)(heads, p.attn, o.tag('norm1', norm(p.norm1, x)), masks.attn);
    const h = o.tag('resid1', o.add(x, dropPath(o)(attended, masks.attnPath)));
    const thought = mlp(o)(p.mlp, o.tag('norm2', norm(p.norm2, h)), masks.mlp);
    return o.tag('out', o.add(h, dropPath(o)(thought, masks.mlpPath)));
  };
