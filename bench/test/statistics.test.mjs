import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponent, median, quantile, ratio } from '../statistics.mjs';

test('the median of an even number of times is between the middle two', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(quantile(0.25, [0, 1, 2, 3, 4]), 1);
});

test('a clock that halves in one round leaves the ratio as it is', () => {
  const mine = [[10, 10], [20, 20], [10, 10]]; // biome-ignore format: rounds
  const theirs = [[30], [60], [30]]; // biome-ignore format: rounds
  assert.deepEqual(ratio(mine, theirs), { median: 3, range: [3, 3] });
});

test('the exponent of a power law is its power', () => {
  const xs = [1, 2, 4, 8];
  assert.ok(Math.abs(exponent(xs, xs.map((x) => 7 * x ** 1.5)) - 1.5) < 1e-12); // biome-ignore format: one line
});
