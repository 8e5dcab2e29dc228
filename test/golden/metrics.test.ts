import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { decisions } from '../../src/core/loss/distillation.ts';
import { topAccuracy } from '../../src/core/metric/accuracy.ts';
import { cosineSimilarity } from '../../src/core/metric/cosine.ts';
import { disagreement } from '../../src/core/metric/disagreement.ts';
import { classifiers, joint } from '../../src/core/model/deit/classifier.ts';
import { ShapeError, tensor } from '../../src/core/tensor/tensor.ts';
import { expectGolden, golden } from '../support/golden.ts';

const want = golden('metrics');
const logits = { cls: want.z_cls, dist: want.z_dist };
const sum = classifiers(reference)('softmax-sum', logits).joint;
const mean = classifiers(reference)('logit-mean', logits).joint;

it('both ways of joining the heads', () => {
  expectGolden('joint_softmax_sum', sum, want.joint_softmax_sum);
  expectGolden('joint_logit_mean', mean, want.joint_logit_mean);
});

it('the two joint classifiers can decide differently', () => {
  const [a, b] = [decisions(sum), decisions(mean)];
  expect(a.filter((d, i) => d !== b[i]).length).toBeGreaterThan(0);
});

it('top-1 and top-5 accuracy', () => {
  for (const [name, z] of Object.entries({ z_cls: want.z_cls, z_dist: want.z_dist, joint_softmax_sum: sum, joint_logit_mean: mean }))
    expectGolden(name, tensor([2], [topAccuracy(1, z, want.labels.data), topAccuracy(5, z, want.labels.data)]), want[`acc/${name}`]);
});

it('the disagreement matrix of Table 4', () => {
  const deciders = [want.labels.data, ...[want.z_teacher, want.z_cls, want.z_dist, sum, mean].map(decisions)];
  expectGolden('disagreement', disagreement(deciders), want.disagreement);
});

it('cosine similarity of tokens', () => {
  expectGolden('cosine', cosineSimilarity(want['cos/a'], want['cos/b']), want['cos/y']);
});

it('softmax-sum of a model with one head is its softmax', () => {
  expect(joint(reference)('softmax-sum', { cls: want.z_cls })).toEqual(reference.softmax(want.z_cls));
});

describe('what cannot be counted', () => {
  const { NaN: nan } = Number;
  const z = tensor([2, 3], [0, 2, 1, 5, 4, 3]);
  it('a label whose logit is NaN is wrong, and NaN is larger than any logit of another', () => {
    expect([1, 3, 4].map((k) => topAccuracy(k, tensor([2, 3], Array(6).fill(nan)), [0, 2]))).toEqual([0, 0, 0]);
    expect([1, 2, 3].map((k) => topAccuracy(k, tensor([1, 3], [9, nan, 1]), [0]))).toEqual([0, 100, 100]);
  });
  it('of equal logits the first is the larger', () => {
    const equal = tensor([1, 3], [2, 2, 2]);
    expect([0, 1, 2].map((label) => [1, 2, 3].map((k) => topAccuracy(k, equal, [label])))).toEqual([
      [100, 100, 100],
      [0, 100, 100],
      [0, 0, 100],
    ]);
  });
  it.each([
    ['labels beyond the classes', () => topAccuracy(1, z, [1, 3]), /label 3 of row 1 is not a class in 0\.\.2/],
    ['labels below them', () => topAccuracy(1, z, [-1, 0]), /label -1 of row 0/],
    ['labels that are not whole', () => topAccuracy(1, z, [1, 0.5]), /label 0.5 of row 1/],
    ['no labels', () => topAccuracy(1, z, []), /need 2 labels, got 0/],
    ['too many labels', () => topAccuracy(1, z, [0, 1, 2]), /need 2 labels, got 3/],
    ['logits of one image without the axis', () => topAccuracy(1, tensor([3], [0, 1, 2]), [0, 1, 2]), /\(3\) are not \(B, C\)/],
    ['no images', () => topAccuracy(1, tensor([0, 3], []), []), /\(0, 3\) are not/],
    ['vectors of two lengths', () => cosineSimilarity(tensor([2], [1, 2]), tensor([3], [1, 2, 3])), /\(2\) and \(3\) differ/],
    [
      'more decisions of one',
      () =>
        disagreement([
          [0, 1, 2],
          [0, 1],
        ]),
      /got 3, 2 decisions/,
    ],
    ['no decisions', () => disagreement([[], []]), /got 0, 0 decisions/],
  ])('%s', (_, count, message) => {
    expect(count).toThrow(ShapeError);
    expect(count).toThrow(message);
  });
});

describe('cosine similarity does not depend on the lengths', () => {
  const [a, b] = [tensor([2, 2], [3, 4, -1, 1]), tensor([2, 2], [4, 3, 1, 1])];
  const scaled = (c: number, { shape, data }: typeof a) =>
    tensor(
      shape,
      Array.from(data, (x) => c * x),
    );
  it.each([1, 1e-170, 1e-308, 1e170, 4e307])('of %d', (c) => {
    for (const [left, right] of [
      [scaled(c, a), b],
      [a, scaled(c, b)],
      [scaled(c, a), scaled(c, b)],
    ]) {
      const [first, second] = cosineSimilarity(left, right).data;
      expect(first).toBeCloseTo(0.96, 14);
      expect(Math.abs(second)).toBeLessThan(1e-15);
    }
  });
  it('is 0 where a vector is', () => {
    expect([...cosineSimilarity(tensor([2, 2], [0, 0, 1, 1]), tensor([2, 2], [1, 2, 0, 0])).data]).toEqual([0, 0]);
  });
});
