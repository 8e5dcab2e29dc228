import type { Ops } from '../../language/ops.ts';
import type { Shaped } from '../../tensor/shape.ts';
import { linear } from '../linear.ts';
import { masked } from './attention.ts';
import { type BlockMasks, block } from './block.ts';
import { fitted, unbuildable } from './check-arguments.ts';
import type { DeitConfig } from './config.ts';
import type { DeitParams } from './params.ts';
import { patchEmbedding } from './patch-embedding.ts';

/** What dropout and stochastic depth multiply in one pass; absent means nothing is dropped, as in evaluation. */
export interface DeitMasks<T> {
  /** Dropout after the position embedding, `(B, N, D)`, already divided by the share kept. */
  readonly tokens?: T;
  readonly blocks?: readonly BlockMasks<T>[];
}

/**
 * The logits of the heads, each `(B, classes)`: both while a distilled model trains, the class head alone in a plain one. `dist` may be absent where the
 * type of the configuration does not tell.
 */
export type DeitLogits<T, D extends boolean = boolean> = { readonly cls: T } & (boolean extends D
  ? { readonly dist?: T }
  : D extends true
    ? { readonly dist: T }
    : unknown);

/**
 * Tokens of an image: [class, distillation, patches] plus the position embedding. `(B, C, H, W) → (B, N, D)`.
 * Tags `patch_tokens`, `tokens`. Source: facebookresearch/deit: models.py DistilledVisionTransformer.forward_features.
 *
 * @example
 * const c = deitConfig({ image: [32, 48], dim: 12, depth: 2, heads: 3, classes: 5, distilled: true });
 * tokens(reference)(seededParams(1, c), zeros([1, 3, 32, 48])).shape // [1, 8, 12]
 */
export const tokens =
  <T extends Shaped>(o: Ops<T>) =>
  (p: DeitParams<T>, image: T): T => {
    const embedded = o.tag('patch_tokens', patchEmbedding(o)(p.patch_embed.proj, image));
    const [b, , dim] = embedded.shape;
    const repeated = (token: T): T => o.repeatLeading([b, 1, dim], o.reshape([1, dim], token));
    const special = p.dist_token === undefined ? [p.cls_token] : [p.cls_token, p.dist_token];
    const all = o.concat(1, ...special.map(repeated), embedded);
    return o.tag('tokens', o.add(all, o.repeatLeading(all.shape, o.reshape(all.shape.slice(1), p.pos_embed))));
  };

/**
 * DeiT: image `(B, C, H, W)`, already normalised → the logits of its heads. The class head reads token 0, the
 * distillation head token 1, after the final norm. Block i's tags start with `blocks.i.`; the final ones are `norm`,
 * `logits_cls`, `logits_dist`.
 * Source: Touvron et al. 2021 §4; facebookresearch/deit: models.py.
 *
 * @throws ShapeError with every mistake: a configuration that is invalid (`configProblems`), an image that is not
 * `(B, channels, H, W)` of it, parameters that are not those of its `specification`.
 * @example
 * const c = deitConfig({ image: [32, 48], dim: 12, depth: 2, heads: 3, classes: 5, distilled: true });
 * const { cls, dist } = deit(reference, c)(seededParams(1, c), zeros([2, 3, 32, 48]));
 * [cls.shape, dist.shape] // [[2, 5], [2, 5]]
 */
export const deit =
  <T extends Shaped, D extends boolean = boolean>(o: Ops<T>, c: DeitConfig<D>) =>
  (params: DeitParams<T>, picture: T, masks: DeitMasks<T> = {}): DeitLogits<T, D> => {
    const heads = (cls: T, dist?: T) => (dist === undefined ? { cls } : { cls, dist }) as DeitLogits<T, D>;
    const nothing = unbuildable(o)(c, { p: params, image: picture });
    if (nothing !== undefined) return c.distilled ? heads(nothing, nothing) : heads(nothing);
    const { p, image } = fitted(o)(c, { p: params, image: picture });
    const start = masked(o)(tokens(o)(p, image), masks.tokens);
    const deep = p.blocks.reduce((x, params, i) => block(o.within(`blocks.${i}`))(c, params, x, masks.blocks?.[i]), start);
    const normed = o.tag('norm', o.layerNorm(c.eps, deep, p.norm.weight, p.norm.bias));
    const token = (i: number): T => o.reshape([image.shape[0], c.dim], o.slice(1, i, i + 1, normed));
    const cls = o.tag('logits_cls', linear(o)(p.head, token(0)));
    return p.head_dist === undefined ? heads(cls) : heads(cls, o.tag('logits_dist', linear(o)(p.head_dist, token(1))));
  };
