import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { fromPrecise, precise, toPrecise } from '../../src/precise/index.ts';
import { naive } from '../support/naive.ts';

const maxLast = (o: Ops<Tensor>) => (x: Tensor) => o.maxLast(x);
const decimal = precise(20);

describe.each([
  ['reference', maxLast(reference)],
  ['naive', maxLast(naive)],
  ['precise', (x: Tensor) => fromPrecise(decimal.maxLast(toPrecise(x)))],
])('the maximum of %s', (_, of) => {
  it.each([
    [[-0, 0], 0],
    [[0, -0], 0],
    [[-1, -0, 0, -0], 0],
    [[-0, -0], -0],
    [[-0, -1], -0],
    [[-2, -1], -1],
    [[Number.NaN, 1], Number.NaN],
    [[1, Number.NaN], Number.NaN],
    [[1, Number.NaN, 2], Number.NaN],
    [[Number.NaN, Number.POSITIVE_INFINITY], Number.NaN],
    [[Number.NEGATIVE_INFINITY], Number.NEGATIVE_INFINITY],
    [[Number.NEGATIVE_INFINITY, -5, Number.POSITIVE_INFINITY], Number.POSITIVE_INFINITY],
  ])('%j is %d', (row, want) => {
    const y = of(tensor([2, row.length], [...row, ...row.toReversed()]));
    expect(Array.from(y.data)).toEqual([want, want]);
    expect(y.shape).toEqual([2]);
  });
});
