import type { Shape, Shaped } from '../tensor/shape.ts';
import { mapRecord } from './map-record.ts';

/**
 * Values that a model keeps, as it keeps them: one value, or a list or a record of trees. Parameters are one, and so are their masks, the moments
 * of an optimizer, a moving average of the parameters, the statistics of a batch norm. A leaf is what has a shape; a name that holds `undefined`
 * is no part of the tree.
 */
export type Tree<A> = A | readonly Tree<A>[] | { readonly [key: string]: Tree<A> };

/** The type of the tree `S` with a `B` at each of its leaves: of `DeitParams<A>` it is `DeitParams<B>`. */
export type TreeOf<S, B> = S extends Shaped
  ? B
  : S extends readonly (infer E)[]
    ? readonly TreeOf<E, B>[]
    : { readonly [K in keyof S]: TreeOf<S[K], B> };

/**
 * Whether a tree is one value.
 *
 * @example
 * [zeros([2]), { bias: zeros([2]) }].map(isLeaf) // [true, false]
 */
export const isLeaf = <A extends Shaped>(tree: Tree<A>): tree is A => typeof tree === 'object' && tree !== null && 'shape' in tree;

const mapped = <A extends Shaped, B>(f: (a: A, name: string) => B, tree: Tree<A>, name: string): unknown => {
  if (isLeaf(tree)) return f(tree, name);
  const below = (key: string | number, child: Tree<A>): unknown => mapped(f, child, name === '' ? `${key}` : `${name}.${key}`);
  if (Array.isArray(tree)) return (tree as readonly Tree<A>[]).map((child, i) => below(i, child));
  const children: [string, unknown][] = [];
  for (const [key, child] of Object.entries(tree as { readonly [key: string]: Tree<A> | undefined }))
    if (child !== undefined) children.push([key, below(key, child)]);
  return Object.fromEntries(children);
};

/**
 * The same tree with every leaf replaced by `f(leaf, name)`; a name is the way to a leaf, as PyTorch has it: `blocks.3.norm1.weight`.
 *
 * @example
 * mapTree((leaf, name) => `${name} (${leaf.shape})`, { blocks: [{ weight: zeros([3, 2]) }] }) // { blocks: [{ weight: 'blocks.0.weight (3,2)' }] }
 */
export const mapTree = <A extends Shaped, B, S extends Tree<A>>(f: (a: A, name: string) => B, tree: S): TreeOf<S, B> =>
  mapped(f, tree, '') as TreeOf<S, B>;

/**
 * The leaves by name, in the order of the tree.
 *
 * @example
 * Object.keys(namedTree({ blocks: [{ weight: zeros([3, 2]) }], head: zeros([2]) })) // ['blocks.0.weight', 'head']
 */
export const namedTree = <A extends Shaped>(tree: Tree<A>): Readonly<Record<string, A>> => {
  const named: [string, A][] = [];
  mapped((a, name) => named.push([name, a]), tree, '');
  return Object.fromEntries(named);
};

/**
 * The tree of a specification with the value of each leaf's name: `treeFrom(tree, namedTree(tree))` is `tree`.
 *
 * @example
 * treeFrom({ head: { bias: zeros([2]) } }, { 'head.bias': 'any value' }) // { head: { bias: 'any value' } }
 */
export const treeFrom = <S extends Tree<Shaped>, B>(specification: S, named: Readonly<Record<string, B>>): TreeOf<S, B> =>
  mapped((_, name) => named[name], specification, '') as TreeOf<S, B>;

/**
 * The shape of every leaf by name.
 *
 * @example
 * treeShapes({ head: { bias: zeros([2]) } }) // { 'head.bias': [2] }
 */
export const treeShapes = (tree: Tree<Shaped>): Readonly<Record<string, Shape>> => mapRecord(({ shape }) => shape, namedTree(tree));
