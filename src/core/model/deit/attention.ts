import type { Ops } from '../../language/ops.ts';
import { isWhole, last, type Shaped, showShape } from '../../tensor/shape.ts';
import { linear } from '../linear.ts';
import type { BlockParams } from './params.ts';

/** Dropout masks of one attention layer, each already divided by the share kept; absent means no dropout. */
export interface AttentionMasks<T> {
  /** On the attention probabilities, `(B, h, N, N)`. */
  readonly probabilities?: T;
  /** On the output of the projection, `(B, N, D)`. */
  readonly projection?: T;
}

/** Multiply by a mask, where there is one. */
export const masked =
  <T extends Shaped>(o: Ops<T>) =>
  (x: T, mask: T | undefined): T =>
    mask === undefined ? x : o.mul(x, mask);

/** `softmax(scale · q kᵀ) v`, with dropout on the probabilities where a mask asks for it. */
const mix = <T extends Shaped>(o: Ops<T>, scale: number, q: T, k: T, v: T, mask: T | undefined): T => {
  if (mask === undefined) return o.attention(scale, q, k, v);
  const scores = o.scale(scale, o.matmul(q, o.permute([0, 1, 3, 2], k)));
  return o.matmul(o.mul(o.tag('attn_probs', o.softmax(scores)), mask), v);
};

/**
 * Multi-head self-attention: x `(B, N, D)` → `(B, N, D)`.
 *
 * One linear layer gives queries, keys and values: its 3D outputs are [q | k | v], inside each head by head. Scores are
 * scaled by d^(−1/2), d = D / heads, before the softmax. Tags `qkv`, `attn_probs`, `attn_ctx`, `attn_out`.
 * Source: Vaswani et al. 2017 eq. 1; timm 0.3.2: models/vision_transformer.py Attention.
 *
 * @throws ShapeError when x is not `(B, N, D)` with D a multiple of `heads`.
 * @example
 * const p = mapParams((s) => sketch(s.shape), specification(deitConfig({ dim: 192, depth: 1, heads: 3 })));
 * attention(shape)(3, p.blocks[0].attn, sketch([2, 198, 192])).shape // [2, 198, 192]
 */
export const attention =
  <T extends Shaped>(o: Ops<T>) =>
  (heads: number, p: BlockParams<T>['attn'], x: T, masks: AttentionMasks<T> = {}): T => {
    const [b, n, dim] = x.shape;
    if (x.shape.length !== 3 || !isWhole(heads) || dim % heads !== 0) {
      const message = `x ${showShape(x.shape)} is not (B, N, D) with D a multiple of ${heads} heads`;
      return o.refuse({ operation: 'attention', messages: [message], shape: x.shape }, x);
    }
    const d = dim / heads;
    const qkv = o.tag('qkv', linear(o)(p.qkv, x));
    const split = o.permute([2, 0, 3, 1, 4], o.reshape([b, n, 3, heads, d], qkv));
    const part = (i: number): T => o.reshape([b, heads, n, d], o.slice(0, i, i + 1, split));
    const context = mix(o, 1 / Math.sqrt(d), part(0), part(1), part(2), masks.probabilities);
    const merged = o.tag('attn_ctx', o.reshape([b, n, last(x.shape)], o.permute([0, 2, 1, 3], context)));
    return masked(o)(o.tag('attn_out', linear(o)(p.proj, merged)), masks.projection);
  };
