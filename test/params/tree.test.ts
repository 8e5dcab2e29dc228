import { describe, expect, it } from 'vitest';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { type DeitParams, mapParams, namedParams, paramsFrom, specification } from '../../src/core/model/deit/params.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import type { ParamSpec } from '../../src/core/params/spec.ts';
import { mapTree, namedTree, type Tree, type TreeOf, treeFrom, treeShapes } from '../../src/core/params/tree.ts';
import { type Tensor, zeros } from '../../src/core/tensor/tensor.ts';

const config = deitConfig({ image: [8, 8], patch: 4, dim: 6, depth: 2, heads: 2, classes: 3, distilled: true });

describe('a tree and its leaves by name', () => {
  const tree = { stem: { conv: zeros([2, 3]) }, stages: [{ bias: zeros([2]) }, { bias: zeros([4]), scale: zeros([]) }], none: [] };

  it('names are ways, in the order of the tree', () => {
    expect(Object.keys(namedTree<Tensor>(tree))).toEqual(['stem.conv', 'stages.0.bias', 'stages.1.bias', 'stages.1.scale']);
    expect(treeShapes(tree)).toEqual({ 'stem.conv': [2, 3], 'stages.0.bias': [2], 'stages.1.bias': [4], 'stages.1.scale': [] });
  });
  it('comes back from its named leaves, lists as lists', () => expect(treeFrom(tree, namedTree<Tensor>(tree))).toEqual(tree));
  it('is mapped leaf by leaf, each under the name that it has alone', () => {
    const named = mapTree((_: Tensor, name) => name, tree);
    expect(named.stages[1].scale).toBe('stages.1.scale');
    expect(mapTree((leaf: Tensor, name) => [leaf.shape.length, name], zeros([2]))).toEqual([1, '']);
  });
  it('leaves out what is undefined, as an optional parameter may be', () => {
    const partial = { head: zeros([2]), head_dist: undefined } as unknown as Tree<Tensor>;
    expect(Object.keys(namedTree(partial))).toEqual(['head']);
    expect(Object.keys(mapTree(({ shape }: Tensor) => shape, partial))).toEqual(['head']);
  });
  it("a model's parameters are one", () => {
    const of: TreeOf<DeitParams<ParamSpec>, number> = mapTree(({ fanIn }: ParamSpec) => fanIn, specification(config));
    const params: DeitParams<number> = of;
    expect(params).toEqual(mapParams(({ fanIn }) => fanIn, specification(config)));
    expect(params.blocks[1].mlp.fc2.weight).toBe(24);
    expect(paramsFrom(config, namedParams(specification(config)))).toEqual(specification(config));
  });
});

it('a record is mapped in its order, whatever its names', () => {
  const record = JSON.parse('{ "b": 1, "__proto__": 2, "a": 3 }') as Readonly<Record<string, number>>;
  expect(Object.entries(mapRecord((n, name) => `${name}${n}`, record))).toEqual([
    ['b', 'b1'],
    ['__proto__', '__proto__2'],
    ['a', 'a3'],
  ]);
});
