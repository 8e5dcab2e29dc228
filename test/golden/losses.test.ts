import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import { crossEntropy, smoothed } from '../../src/core/loss/cross-entropy.ts';
import { softDistillation } from '../../src/core/loss/distillation.ts';
import { kl } from '../../src/core/loss/kl.ts';
import { full, generate, oneHot, ShapeError, tensor } from '../../src/core/tensor/tensor.ts';

const KL = { tau: 1, direction: 'teacher-student', reduction: 'batchmean' } as const;

describe('what is no loss', () => {
  const cube = full([2, 2, 3], 1 / 3);
  it.each([
    ['crossEntropy', () => crossEntropy(reference)(cube, cube), /^crossEntropy: logits \(2, 2, 3\) are not \(B, C\)/],
    ['crossEntropy', () => crossEntropy(reference)(tensor([3], [1, 2, 3]), tensor([3], [1, 0, 0])), /^crossEntropy: logits \(3\)/],
    ['kl', () => kl(reference)(KL, cube, cube), /^kl: logits \(2, 2, 3\) are not \(B, C\)/],
    ['smoothed', () => smoothed(0.1, 'paper', oneHot(1, [0, 0])), /^smoothed: target \(2, 1\) has no other class/],
  ])('%s of other shapes', (operation, loss, message) => {
    expect(loss).toThrow(ShapeError);
    expect(loss).toThrow(message);
    expect(message.source).toContain(operation);
  });
  it('shape reports it', () => {
    const of = sketch([2, 2, 3]);
    expect(problems([crossEntropy(shape)(of, of), kl(shape)(KL, of, of)]).map(({ operation }) => operation)).toEqual([
      'crossEntropy',
      'kl',
    ]);
  });
});

it('timm smooths one class onto itself', () => {
  expect([...smoothed(0.1, 'timm', oneHot(1, [0])).data]).toEqual([1]);
});

it('a class is masked by a large negative logit, and not by −∞', () => {
  const loss = (logit: number) => crossEntropy(reference)(tensor([1, 3], [0, 1, logit]), oneHot(3, [0])).data[0];
  expect(loss(-1e300)).toBe(crossEntropy(reference)(tensor([1, 2], [0, 1]), oneHot(2, [0])).data[0]);
  expect(loss(Number.NEGATIVE_INFINITY)).toBeNaN();
});

it('at a high temperature τ² KL has lost a few τ² · 10⁻¹⁶ of its limit, half the variance of what the logits differ by', () => {
  const [z, y] = [3, 5].map((step) => generate([1, 8], (i) => ((i * step) % 8) / 4));
  const differences = Array.from(z.data, (x, i) => y.data[i] - x);
  const mean = differences.reduce((sum, d) => sum + d, 0) / 8;
  const limit = differences.reduce((sum, d) => sum + (d - mean) * (d - mean), 0) / 16;
  for (const tau of [1e5, 1e6, 1e7]) {
    const loss = softDistillation(reference)({ tau, lambda: 1, variant: 'paper' }, { cls: z }, oneHot(8, [0]), y).data[0];
    expect(Math.abs(loss / limit - 1)).toBeLessThan(2e-15 * tau * tau + 2 / tau);
  }
});
