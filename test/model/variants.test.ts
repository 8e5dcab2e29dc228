import { expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { type Fusion, joint } from '../../src/core/model/deit/classifier.ts';
import { type Resampling, resamplingMatrix } from '../../src/core/model/resampling.ts';
import { ShapeError, zeros } from '../../src/core/tensor/tensor.ts';

it('a variant that there is not is never another in silence', () => {
  const logits = { cls: zeros([1, 2]), dist: zeros([1, 2]) };
  expect(() => joint(reference)('mean' as Fusion, logits)).toThrow(
    new ShapeError('joint', 'fusion must be logit-mean or softmax-sum, got mean'),
  );
  expect(() => resamplingMatrix('timm' as Resampling, 2, 4)).toThrow(
    new ShapeError('resamplingMatrix', 'variant must be facebook or timm-antialias, got timm'),
  );
});
