import { describe, expect, it } from 'vitest';
import { configProblems, type DeitConfig, deitConfig } from '../../src/core/model/deit/config.ts';
import { initialise } from '../../src/core/model/deit/init/initialise.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { paramShapes, paramsFrom, specification } from '../../src/core/model/deit/params.ts';
import { draws } from '../../src/core/random/draws.ts';
import { ShapeError } from '../../src/core/tensor/tensor.ts';

const small = deitConfig({ dim: 12, depth: 1, heads: 3 });
const changed = (change: object): DeitConfig => ({ ...small, ...change });

describe('what is no configuration', () => {
  it.each<[object, readonly string[]]>([
    [{ depth: 1e9 }, ['depth 1000000000 is more than 10000 blocks']],
    [{ patch: 15 }, ['image side 224 is not a positive multiple of patch 15']],
    [{ image: 32 }, ['image must be [height, width], got 32']],
    [{ image: undefined }, ['image must be [height, width], got undefined']],
    [{ image: [32, '32'] }, ['image side "32" is not a positive multiple of patch 16']],
    [{ patch: 0, image: [-1, 16] }, ['patch must be a whole number above 0, got 0', 'image side -1 is not a positive whole number']],
    [{ dim: '24' }, ['dim must be a whole number above 0, got "24"']],
    [{ classes: null }, ['classes must be a whole number above 0, got null']],
    [{ heads: [3] }, ['heads must be a whole number above 0, got an array']],
    [{ depth: Number.NaN }, ['depth must be a whole number above 0, got NaN']],
    [{ depth: undefined }, ['depth is missing: a whole number above 0']],
    [{ distilled: 'false' }, ['distilled must be true or false, got "false"']],
    [{ eps: '1e-6' }, ['eps must be a number above 0, got "1e-6"']],
  ])('%j: what makes its parameters says so', (change, problems) => {
    const c = changed(change);
    expect(configProblems(c)).toEqual(problems);
    for (const make of [
      () => specification(c),
      () => paramShapes(c),
      () => paramsFrom(c, {}),
      () => seededParams(1, c),
      () => initialise('facebook', c, draws(1)),
    ])
      expect(make).toThrow(new ShapeError('specification', problems.join('; ')));
  });

  it('a hidden width that follows from a dim that is none is no second mistake', () => {
    expect(configProblems(deitConfig({ depth: 1, heads: 3 } as DeitConfig))).toEqual(['dim is missing: a whole number above 0']);
    expect(configProblems(changed({ hidden: Number.NaN }))).toEqual(['hidden must be a whole number above 0, got NaN']);
  });

  it('no blocks at all are a function, and have parameters', () => expect(specification(changed({ depth: 0 })).blocks).toEqual([]));
});

it('what is given as undefined is as what is not given', () => {
  const given = { classes: undefined, image: undefined, hidden: undefined } as unknown as Partial<DeitConfig>;
  expect(deitConfig({ dim: 12, depth: 1, heads: 3, ...given })).toEqual(small);
});

it.each([Number.NaN, 1.5, 2 ** 53, Number.POSITIVE_INFINITY, undefined, 'x'])('%j is no seed', (seed) => {
  const got = seed === 'x' ? '"x"' : `${seed}`;
  expect(() => seededParams(seed as number, small)).toThrow(
    new RangeError(`seededParams: the seed must be a whole number below 2^53, got ${got}`),
  );
  expect(() => draws(seed as number)).toThrow(new RangeError(`draws: the seed must be a whole number below 2^53, got ${got}`));
});

it('a seed may be below 0, and its lower 32 bits count', () => {
  const first = (seed: number): number => seededParams(seed, small).cls_token.data[0];
  expect(first(2 ** 32 - 1)).toBe(first(-1));
});
