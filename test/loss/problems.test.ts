import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { crossEntropy, type Smoothing, smoothed } from '../../src/core/loss/cross-entropy.ts';
import { decisions, hardDistillation, type SoftOptions, softDistillation } from '../../src/core/loss/distillation.ts';
import { type KlOptions, kl } from '../../src/core/loss/kl.ts';
import type { Shape, Shaped } from '../../src/core/tensor/shape.ts';
import { oneHot, ShapeError, tensor, zeros } from '../../src/core/tensor/tensor.ts';

type Loss = <T extends Shaped>(o: Ops<T>, of: (...axes: readonly number[]) => T) => T;
const SOFT: SoftOptions = { tau: 3, lambda: 0.1, variant: 'paper' };
const KL: KlOptions = { tau: 1, direction: 'teacher-student', reduction: 'batchmean' };
const soft =
  (options: object): Loss =>
  (o, of) =>
    softDistillation(o)({ ...SOFT, ...options }, { cls: of(2, 3), dist: of(2, 3) }, of(2, 3), of(2, 3));
const divergence =
  (options: object): Loss =>
  (o, of) =>
    kl(o)({ ...KL, ...options }, of(2, 3), of(2, 3));
const hard =
  (alpha: unknown): Loss =>
  (o, of) =>
    hardDistillation(o)(alpha as number, { cls: of(2, 3), dist: of(2, 3) }, of(2, 3), of(2, 3));

describe('what is no loss is refused in its own name, by every interpreter, all of it at once', () => {
  const labels = 'are not alike; oneHot makes targets of labels';
  it.each<[string, Loss, string, readonly string[]]>([
    ['labels as targets', (o, of) => crossEntropy(o)(of(2, 3), of(2)), 'crossEntropy', [`logits (2, 3) and target (2) ${labels}`]],
    ['fewer classes', (o, of) => crossEntropy(o)(of(2, 3), of(2, 2)), 'crossEntropy', ['logits (2, 3) and target (2, 2) are not alike']],
    ['logits of one image', (o, of) => crossEntropy(o)(of(3), of(3)), 'crossEntropy', ['logits (3) are not (B, C)']],
    [
      'labels and the decisions of a teacher',
      (o, of) => hardDistillation(o)(0.5, { cls: of(2, 3), dist: of(2, 3) }, of(2), of(2)),
      'hardDistillation',
      [`logits (2, 3) and target (2) ${labels}`, `logits of the distillation head (2, 3) and the teacher's target (2) ${labels}`],
    ],
    [
      'a teacher of other classes',
      (o, of) => softDistillation(o)(SOFT, { cls: of(2, 3) }, of(2, 3), of(2, 4)),
      'softDistillation',
      ["logits (2, 3) and the teacher's (2, 4) are not alike"],
    ],
    ['students of other classes', (o, of) => kl(o)(KL, of(2, 3), of(2, 2)), 'kl', ["logits (2, 3) and the student's (2, 2) are not alike"]],
    ['no variant', soft({ variant: undefined }), 'softDistillation', ['variant must be paper, paper-literal or facebook, got undefined']],
    ['another', soft({ variant: 'timm' }), 'softDistillation', ['variant must be paper, paper-literal or facebook, got timm']],
    [
      'what objects have',
      soft({ variant: 'toString' }),
      'softDistillation',
      ['variant must be paper, paper-literal or facebook, got toString'],
    ],
    ['no λ', soft({ lambda: undefined }), 'softDistillation', ['lambda must be a number, got undefined']],
    ['no temperature', soft({ tau: 0 }), 'softDistillation', ['tau must be a number above 0, got 0']],
    ['no α', hard(undefined), 'hardDistillation', ['alpha must be a number, got undefined']],
    ['α NaN', hard(Number.NaN), 'hardDistillation', ['alpha must be a number, got NaN']],
    [
      'no direction and no reduction',
      divergence({ direction: undefined, reduction: 'sum', tau: Number.NaN }),
      'kl',
      [
        'tau must be a number above 0, got NaN',
        'direction must be teacher-student or student-teacher, got undefined',
        'reduction must be batchmean or numel, got sum',
      ],
    ],
  ])('%s', (_, loss, operation, messages) => {
    expect(() => loss(reference, (...axes) => zeros(axes as Shape))).toThrow(new ShapeError(operation, messages.join('; ')));
    const y = loss(shape, (...axes) => sketch(axes));
    expect(problems([y]).map((problem) => [problem.operation, problem.message])).toEqual(messages.map((message) => [operation, message]));
    expect(y.shape).toEqual([]);
  });
});

it('weights beyond 0 and 1 are as the released code computes them, which has no bound', () => {
  const [logits, target] = [{ cls: tensor([1, 2], [1, 0]), dist: tensor([1, 2], [0, 3]) }, oneHot(2, [0])];
  const [base, taught] = [crossEntropy(reference)(logits.cls, target).data[0], crossEntropy(reference)(logits.dist, target).data[0]];
  expect(hardDistillation(reference)(2, logits, target, target).data[0]).toBe(-base + 2 * taught);
});

it('no smoothing is taken for another', () => {
  for (const eps of [0, 0.1])
    expect(() => smoothed(eps, 'x' as Smoothing, oneHot(2, [0]))).toThrow(
      new ShapeError('smoothed', 'variant must be timm or paper, got x'),
    );
});

it.each([[[3]], [[]], [[2, 0]], [[1, 2, 3]]])('decisions on %j', (of) => {
  expect(() => decisions(zeros(of))).toThrow(new ShapeError('decisions', `(${of.join(', ')}) is not (B, C) with C above 0`));
});

it('NaN decides wherever it is', () => {
  expect(decisions(tensor([3, 3], [1, Number.NaN, 2, Number.NaN, 1, 2, 0, 2, 2]))).toEqual([1, 0, 1]);
});
