import { LARGE, rows, SAMPLE, SMALL, type Template } from './template.ts';

const eps = (value: number): Partial<Template> => ({ attrs: { eps: value } });

/** Scores that overflow where no maximum is subtracted, shares beyond what a clamp or a cut lets through, rows of ties, lengths around those of tiles. */
export const SOFTMAX: readonly Template[] = [
  rows([2, 3], 'N', 8, 'normal'),
  rows([3], 'N', 198, 'peaked'),
  rows([2, 3], 'N', 7, 'extreme'),
  rows([4], 'N', 5, 'extreme', { scale: 10 }),
  rows([5], 'N', 31, 'ones'),
  rows([6], 'N', 6, 'outliers'),
  rows([2], 'N', 33, 'offset'),
  rows([3], 'N', 16, 'tail'),
  rows([4], 'N', 63, 'normal', { scale: SMALL }),
  rows([3], 'N', 9, 'one-hot'),
  rows([9], 'N', 1, 'normal'),
  rows([2], 'N', 257, 'small-variance'),
  rows([2, 3, 5], 'N', 65, 'normal'),
  rows([3], 'N', 128, 'whole'),
  rows([2], 'N', 1000, 'peaked'),
  rows([3, 198], 'N', 198, 'normal', { sample: SAMPLE }),
];

/** The negative tail, where ½x(1 + erf) cancels; arguments so small that it is x/2, and so large that it is x or 0. */
export const GELU: readonly Template[] = [
  rows([4], 'N', 33, 'normal'),
  rows([3], 'N', 65, 'tail'),
  rows([2, 3], 'N', 7, 'extreme'),
  rows([5], 'N', 64, 'outliers'),
  rows([3], 'N', 16, 'normal', { scale: SMALL }),
  rows([2], 'N', 9, 'normal', { scale: LARGE }),
  rows([2], 'N', 15, 'small-variance'),
  rows([3], 'N', 8, 'offset'),
  rows([2], 'N', 5, 'ones'),
  rows([3], 'N', 4, 'one-hot'),
  rows([6], 'N', 31, 'peaked'),
  rows([5], 'N', 1, 'tail'),
  rows([7], 'N', 7, 'whole'),
  rows([2], 'N', 257, 'tail'),
  rows([2], 'N', 3072, 'peaked'),
  rows([198], 'N', 768, 'normal', { sample: SAMPLE }),
];

/**
 * Rows far from 0, where a variance in one pass cancels; rows so near each other that eps matters, and an eps that always does; as many tokens as numbers in
 * each. Rows of one repeated value only where eps is larger than what their mean may err by.
 */
export const LAYERNORM: readonly Template[] = [
  rows([2, 3], 'D', 5, 'normal'),
  rows([3], 'D', 192, 'offset'),
  rows([3], 'D', 8, 'small-variance', eps(1e-12)),
  rows([2, 3], 'D', 5, 'small-variance'),
  rows([4], 'D', 8, 'normal', { offset: 1000 }),
  rows([2], 'D', 16, 'outliers'),
  rows([2, 3], 'D', 7, 'ones'),
  rows([3], 'D', 9, 'normal', { scale: SMALL }),
  rows([2], 'D', 6, 'normal', { scale: LARGE }),
  rows([2, 16], 'D', 16, 'peaked'),
  rows([3], 'D', 33, 'tail', eps(0.1)),
  rows([2], 'D', 4, 'one-hot'),
  rows([5], 'D', 1, 'normal'),
  rows([65], 'D', 65, 'extreme'),
  rows([3], 'D', 127, 'whole'),
  rows([3], 'D', 257, 'small-variance'),
  rows([8], 'D', 384, 'outliers', { sample: SAMPLE }),
  rows([2], 'D', 768, 'offset', { sample: SAMPLE }),
  rows([198], 'D', 192, 'normal', { sample: SAMPLE }),
];
