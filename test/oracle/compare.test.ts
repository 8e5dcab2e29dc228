import { describe, expect, it } from 'vitest';
import { compare } from '../../properties/judge-claim.ts';
import { judgeOutputs, ratioOf, walk } from '../../src/core/oracle/verdict/compare.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';

/** What the oracle and the laws say of one number, whose right value and bound are these. */
const verdicts = (got: number, want: number, bound: number) => {
  const one = (x: number) => tensor([1], [x]);
  const oracle = judgeOutputs({ y: one(got) }, { y: { shape: [1], value: one(want), error: one(bound) } });
  const law = compare({ y: one(got) }, { y: one(want) }, { y: one(bound) });
  return {
    oracle: oracle.unproved > 0 ? 'unproved' : (oracle.failure ?? 'within'),
    law: law.unproved > 0 ? 'unproved' : law.holds ? 'within' : 'broken',
  };
};

describe('one number against its bound', () => {
  it.each([
    [1, 1.5, 0.5, { oracle: 'within', law: 'within' }],
    [1, 2, 0.5, { oracle: 'value', law: 'broken' }],
    [0, -0, 0, { oracle: 'within', law: 'within' }],
    [1, 2, 0, { oracle: 'value', law: 'broken' }],
    [Number.NaN, 1, 9, { oracle: 'nan', law: 'broken' }],
    [Infinity, 1, 9, { oracle: 'nan', law: 'broken' }],
    [Number.NaN, 1, Infinity, { oracle: 'unproved', law: 'unproved' }],
    // Where the right value overflows, the oracle asks for nothing; a law has two answers, which must still agree.
    [Infinity, Infinity, 0, { oracle: 'unproved', law: 'within' }],
    [1, Infinity, 9, { oracle: 'unproved', law: 'broken' }],
    [Number.NaN, Number.NaN, 0, { oracle: 'unproved', law: 'broken' }],
    [1, 1.5, Number.NaN, { oracle: 'unproved', law: 'broken' }],
  ])('%d, where %d is right within %d', (got, want, bound, said) => expect(verdicts(got, want, bound)).toEqual(said));

  it('whose difference overflows is beyond its bound', () => expect(ratioOf(1e308, -1e308, 1e308)).toBe(Infinity));
});

describe('a bound that says nothing', () => {
  const judged = (want: readonly number[], error: readonly number[], got = want) => {
    const [value, bound] = [tensor([want.length], want), tensor([want.length], error)];
    const { compared, vague, failed } = judgeOutputs({ y: tensor([want.length], got) }, { y: { shape: value.shape, value, error: bound } });
    return { compared, vague, failed };
  };
  it('is as large as the numbers of the output are', () => {
    expect(judged([3, 4], [3, 4])).toEqual({ compared: 1, vague: 1, failed: 0 });
    // A number that happens to be small is judged like its neighbours.
    expect(judged([1e-9, 4], [1e-3, 1e-3])).toEqual({ compared: 2, vague: 0, failed: 0 });
  });
  it('fails whoever is beyond it all the same', () => expect(judged([1], [2], [4])).toEqual({ compared: 0, vague: 1, failed: 1 }));
  it('but says something of zeros, and of what is 0 but for roundings', () => {
    expect(judged([0, 0], [1e-7, 1])).toEqual({ compared: 2, vague: 0, failed: 0 });
    expect(judged([1e-17], [1e-7])).toEqual({ compared: 1, vague: 0, failed: 0 });
  });
});

describe('numbers that nothing is proved of', () => {
  const bounds = { shape: [2, 2], value: tensor([2, 2], [1, 2, Infinity, 4]), error: tensor([2, 2], [Infinity, Infinity, 0, Infinity]) };
  it('are told where they are not finite and should be: how many, and the first', () => {
    const got = tensor([2, 2], [1, Number.NaN, Infinity, -Infinity]);
    const told = { count: 2, output: 'y', index: [0, 1], got: Number.NaN };
    expect(judgeOutputs({ y: got }, { y: bounds })).toEqual({ compared: 0, vague: 0, unproved: 4, failed: 0, strange: told });
    expect(judgeOutputs({ a: got, y: got }, { y: bounds, a: bounds }).strange).toEqual({ ...told, count: 4 });
  });
  it('and passed over in silence where they are finite', () => {
    expect(judgeOutputs({ y: tensor([2, 2], [9, 9, 9, 9]) }, { y: bounds })).toEqual({ compared: 0, vague: 0, unproved: 4, failed: 0 });
  });
});

describe('a walk over elements', () => {
  it('finds the first of the largest ratios, and counts those over 1', () => {
    const ratios = [undefined, 0.5, 3, 1, 3, undefined];
    expect(walk(6, (i) => ratios[i])).toEqual({ compared: 4, failed: 2, worst: { at: 2, ratio: 3 } });
  });
  it('that compares nothing has no worst element', () => expect(walk(3, () => undefined)).toEqual({ compared: 0, failed: 0 }));
});
