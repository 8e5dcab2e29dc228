import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deitConfig, hashTensor, namedParams, reference, seededParams, tensor, tokenCount } from '../../dist/src/index.js';
import { logitsProgram } from '../child/programs.mjs';
import { depthOf, judged, largestDifference, longestSum, tolerance } from '../tolerance.mjs';

const want = { logits: Float64Array.of(1, -2, 4) };

test('an output within the tolerance is admitted with its error', () => {
  const verdict = judged({ logits: Float64Array.of(1, -2, 4.0004) }, want, 1e-3);
  assert.ok(verdict.ok);
  assert.ok(Math.abs(verdict.error - 1e-4) < 1e-9);
});

test('an output over the tolerance, too short, missing or not a number is refused', () => {
  for (const logits of [Float64Array.of(1, -2, 4.1), Float64Array.of(1, -2), undefined, Float64Array.of(1, Number.NaN, 4)])
    assert.equal(judged({ logits }, want, 1e-3).ok, false);
});

test('one bit of difference is too much for an exact peer', () => {
  assert.equal(judged({ logits: Float64Array.of(1, -2, 4 + 2 ** -50) }, want, 1, true).ok, false);
  assert.equal(judged({ logits: Float64Array.of(1, -2, 4) }, want, 1, true).ok, true);
});

test('a NaN is the largest difference, wherever it stands', () => {
  assert.ok(Number.isNaN(largestDifference([Number.NaN, 0, 9], [0, 0, 0]).worst));
});

test('a DeiT-Ti with the tanh form of GELU is refused in float32', () => {
  const config = deitConfig({ dim: 192, depth: 12, heads: 3, image: [64, 64], distilled: true });
  const inputs = { ...namedParams(seededParams(1, config)), image: hashTensor('image', 1, [1, 3, 64, 64], 2) };
  const tanhGelu = (x) => Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
  const wrong = {
    ...reference,
    gelu: ({ shape, data }) =>
      tensor(
        shape,
        Float64Array.from(data, (x) => 0.5 * x * (1 + tanhGelu(x))),
      ),
    within: () => wrong,
  };
  const right = logitsProgram(config)(reference, inputs).logits.data;
  const allowed = tolerance('f32', depthOf(config), longestSum(config, tokenCount(config)));
  assert.equal(judged({ logits: logitsProgram(config)(wrong, inputs).logits.data }, { logits: right }, allowed).ok, false);
  assert.equal(judged({ logits: Float32Array.from(right) }, { logits: right }, allowed).ok, true);
});
