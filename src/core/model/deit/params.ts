import { type ParamSpec, weightSpec } from '../../params/spec.ts';
import { mapTree, namedTree, treeFrom, treeShapes } from '../../params/tree.ts';
import type { Shape, Shaped } from '../../tensor/shape.ts';
import { ShapeError } from '../../tensor/tensor.ts';
import { buildProblems, type DeitConfig, tokenCount } from './config.ts';

/** Weight and bias of a linear layer, or gain (`weight`) and bias of a LayerNorm. */
export type Affine<T> = {
  readonly weight: T;
  readonly bias: T;
};

/** Parameters of one block, in timm's names. */
export type BlockParams<T> = {
  readonly norm1: Affine<T>;
  readonly attn: { readonly qkv: Affine<T>; readonly proj: Affine<T> };
  readonly norm2: Affine<T>;
  readonly mlp: { readonly fc1: Affine<T>; readonly fc2: Affine<T> };
};

/** Parameters of a DeiT, in timm's names, which are those of facebookresearch/deit: `blocks.3.attn.qkv.weight`. */
export type DeitParams<T> = {
  readonly cls_token: T;
  readonly dist_token?: T;
  readonly pos_embed: T;
  readonly patch_embed: { readonly proj: Affine<T> };
  readonly blocks: readonly BlockParams<T>[];
  readonly norm: Affine<T>;
  readonly head: Affine<T>;
  readonly head_dist?: Affine<T>;
};

const linear = (out: number, into: number): Affine<ParamSpec> => ({
  weight: weightSpec([out, into], 'weight', 'always', into),
  bias: weightSpec([out], 'zero', 'never', into),
});
const norm = (dim: number): Affine<ParamSpec> => ({ weight: weightSpec([dim], 'one', 'never'), bias: weightSpec([dim], 'zero', 'never') });

/**
 * Every parameter of a DeiT with its shape, its initialisation and its decay: the one source of all parameter trees.
 *
 * @throws ShapeError with everything that `configProblems` finds wrong with the configuration; no blocks at all are allowed.
 * @example
 * specification(deitConfig({ dim: 192, depth: 12, heads: 3 })).blocks[0].attn.qkv.weight.shape // [576, 192]
 * specification(deitConfig({ dim: 192, depth: 1e9, heads: 3 })) // throws ShapeError: specification: depth 1000000000 is more than 10000 blocks
 */
export const specification = (c: DeitConfig): DeitParams<ParamSpec> => {
  const problems = buildProblems(c);
  if (problems.length > 0) throw new ShapeError('specification', problems.join('; '));
  const seen = c.channels * c.patch * c.patch;
  const block: BlockParams<ParamSpec> = {
    norm1: norm(c.dim),
    attn: { qkv: linear(3 * c.dim, c.dim), proj: linear(c.dim, c.dim) },
    norm2: norm(c.dim),
    mlp: { fc1: linear(c.hidden, c.dim), fc2: linear(c.dim, c.hidden) },
  };
  return {
    cls_token: weightSpec([1, 1, c.dim], 'token', 'never'),
    ...(c.distilled ? { dist_token: weightSpec([1, 1, c.dim], 'token', 'facebook') } : {}),
    pos_embed: weightSpec([1, tokenCount(c), c.dim], 'token', 'never'),
    patch_embed: {
      proj: {
        weight: weightSpec([c.dim, c.channels, c.patch, c.patch], 'patch weight', 'always', seen),
        bias: weightSpec([c.dim], 'patch bias', 'never', seen),
      },
    },
    blocks: Array.from({ length: c.depth }, () => block),
    norm: norm(c.dim),
    head: linear(c.classes, c.dim),
    ...(c.distilled ? { head_dist: linear(c.classes, c.dim) } : {}),
  };
};

/**
 * The same tree with every parameter replaced by `f(parameter, timm name)`.
 *
 * @example
 * mapParams(({ shape }) => size(shape), specification(ZOO.deit_tiny_patch16_224)).head.bias // 1000
 */
export const mapParams = <A extends Shaped, B>(f: (a: A, name: string) => B, params: DeitParams<A>): DeitParams<B> => mapTree(f, params);

/**
 * The parameters by timm name, in the order of the tree.
 *
 * @example
 * Object.keys(namedParams(specification(ZOO.deit_tiny_distilled_patch16_224))).length // 155
 */
export const namedParams = <A extends Shaped>(params: DeitParams<A>): Readonly<Record<string, A>> => namedTree<A>(params);

/**
 * The shape of every parameter by timm name.
 *
 * @example
 * paramShapes(ZOO.deit_tiny_patch16_224)['blocks.3.attn.qkv.weight'] // [576, 192]
 */
export const paramShapes = (c: DeitConfig): Readonly<Record<string, Shape>> => treeShapes(specification(c));

/**
 * A parameter tree of a configuration from values by timm name.
 *
 * @example
 * const c = deitConfig({ dim: 12, depth: 1, heads: 3 });
 * paramsFrom(c, namedParams(seededParams(1, c))).blocks[0].norm1.weight.shape // [12]
 */
export const paramsFrom = <T extends Shaped>(c: DeitConfig, values: Readonly<Record<string, T>>): DeitParams<T> =>
  treeFrom(specification(c), values);
