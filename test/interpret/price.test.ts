import { describe, expect, it } from 'vitest';
import { cost, type Priced, priced, totalCost } from '../../src/core/interpret/cost.ts';
import type { Floats } from '../../src/core/tensor/tensor.ts';

const a = priced([2, 3, 4]);
const b = priced([2, 3, 4]);

/** Each primitive with its arithmetic operations, and the numbers that it reads and writes. */
const PRICES: readonly (readonly [name: string, made: Priced, flops: number, traffic: number])[] = [
  ['constant', cost.constant([5], new Float64Array(5) as Floats), 0, 5],
  ['add', cost.add(a, b), 24, 3 * 24],
  ['mul', cost.mul(a, b), 24, 3 * 24],
  ['div', cost.div(a, b), 24, 3 * 24],
  ['scale', cost.scale(2, a), 24, 2 * 24],
  ['shift', cost.shift(2, a), 24, 2 * 24],
  ['unary', cost.unary('exp', a), 24, 2 * 24],
  ['matmul', cost.matmul(a, priced([2, 4, 5])), 2 * 2 * 3 * 4 * 5, 24 + 40 + 30],
  ['permute', cost.permute([2, 0, 1], a), 0, 2 * 24],
  ['reshape', cost.reshape([24], a), 0, 0],
  ['repeatLeading', cost.repeatLeading([5, 2, 3, 4], a), 0, 24 + 120],
  ['sumLeading', cost.sumLeading([4], a), 24, 24 + 4],
  ['repeatLast', cost.repeatLast(5, a), 0, 24 + 120],
  ['sumLast', cost.sumLast(a), 24, 24 + 6],
  ['slice', cost.slice(1, 0, 2, a), 0, 24 + 16],
  ['pad', cost.pad(1, 0, 5, a), 0, 24 + 40],
  ['concat', cost.concat(1, a, b, a), 0, 72 + 72],
  ['maxLast', cost.maxLast(a), 24, 24 + 6],
  ['tag', cost.tag('here', a), 0, 0],
];

describe('the price of a primitive', () => {
  it.each(PRICES)('%s', (name, made, flops, traffic) => {
    expect(totalCost([made])).toEqual({ multiplyAdds: name === 'matmul' ? flops / 2 : 0, flops, traffic, parameters: 0 });
  });
});

it('a named operation costs what its primitives do', () => {
  // The rows' maxima are subtracted (as −1 times them), the exponentials summed, and divided by their sum.
  const rows = 6;
  const flops = 24 + 24 + 24 + 24 + 24 + 24;
  expect(totalCost([cost.softmax(a)])).toMatchObject({
    flops,
    traffic: 24 + rows + (rows + 24) + 48 + 72 + 48 + (24 + rows) + (rows + 24) + 72,
  });
});

it('a parameter counts once, however often it is used', () => {
  const w = priced([4, 4], true);
  expect(totalCost([cost.matmul(cost.matmul(priced([2, 4]), w), w)])).toEqual({
    multiplyAdds: 2 * 32,
    flops: 4 * 32,
    traffic: 2 * (8 + 16 + 8),
    parameters: 16,
  });
});
