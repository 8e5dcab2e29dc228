import { expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { decisions } from '../../src/core/loss/distillation.ts';
import { topAccuracy } from '../../src/core/metric/accuracy.ts';
import { cosineSimilarity } from '../../src/core/metric/cosine.ts';
import { disagreement } from '../../src/core/metric/disagreement.ts';
import { classifiers } from '../../src/core/model/classifier.ts';
import { tensor } from '../../src/core/tensor.ts';
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
