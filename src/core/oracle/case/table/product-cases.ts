import type { CaseFamily } from '../case-spec.ts';
import { LARGE, SAMPLE, SMALL, type Template } from './template.ts';

const sample = SAMPLE;

const linear = (lead: readonly number[], K: number, N: number, family: CaseFamily, more: Partial<Template> = {}): Template => ({
  ...more,
  dims: { '…': lead, K, N },
  family,
});
const given: readonly string[] = ['b'];

/**
 * Sums exact in any order: small whole numbers, which bfloat16 holds, and products of up to 24 bits, of which TF32, bfloat16 and 20-bit products lose some; one
 * product alone; weights as many as wide, which nobody notices transposed; every length of a DeiT and those around tiles.
 */
export const LINEAR: readonly Template[] = [
  linear([2, 3], 7, 5, 'normal', { given }),
  linear([3], 192, 11, 'outliers'),
  linear([2], 768, 5, 'normal', { given }),
  linear([4], 9, 8, 'whole', { given, exact: 8, whole: { x: 5, w: 4, b: 9, dy: 7 } }),
  linear([5], 65, 33, 'whole', { given, exact: 24, whole: { x: 4095, w: 31, b: 1023, dy: 799 } }),
  linear([7], 3, 10, 'whole', { exact: 24, whole: { x: 2047, w: 2047, dy: 799 } }),
  linear([6], 1, 1, 'normal'),
  linear([6], 6, 6, 'peaked', { given }),
  linear([2, 5], 31, 17, 'normal', { scale: SMALL }),
  linear([3], 129, 17, 'normal', { scale: LARGE }),
  linear([4], 63, 3, 'offset', { given }),
  linear([3], 4, 2, 'tail'),
  linear([65], 64, 64, 'normal', { given, sample }),
  linear([33], 255, 127, 'normal', { given, sample }),
  linear([198], 192, 576, 'normal', { given, sample }),
  linear([8], 384, 384, 'normal', { given, sample }),
  linear([2], 768, 1000, 'normal', { given, sample }),
  linear([3], 3072, 96, 'normal', { given, sample }),
  linear([2], 64, 3072, 'normal', { given, sample }),
];

const mlp = (lead: readonly number[], D: number, M: number, family: CaseFamily, more: Partial<Template> = {}): Template => ({
  ...more,
  dims: { '…': lead, D, M },
  family,
});

export const MLP: readonly Template[] = [
  mlp([2, 3], 8, 20, 'normal'),
  mlp([5], 48, 192, 'tail'),
  mlp([3], 6, 6, 'peaked'),
  mlp([4], 1, 1, 'normal'),
  mlp([3], 15, 63, 'outliers'),
  mlp([2], 9, 31, 'small-variance'),
  mlp([2], 12, 5, 'extreme'),
  mlp([3], 4, 33, 'offset'),
  mlp([2], 7, 16, 'normal', { scale: SMALL }),
  mlp([2], 5, 12, 'one-hot'),
  mlp([3], 2, 257, 'whole'),
  mlp([198], 64, 65, 'normal', { sample }),
  mlp([3], 192, 768, 'normal', { sample }),
  mlp([8], 384, 129, 'normal', { sample }),
  mlp([2], 768, 65, 'normal', { sample }),
  mlp([2], 33, 3072, 'normal', { sample }),
];

const patches = (
  [B, C, H, W, P, D]: readonly [B: number, C: number, H: number, W: number, P: number, D: number],
  family: CaseFamily,
  more: Partial<Template> = {},
): Template => ({ ...more, dims: { B, C, H, W, P, D }, family });

/** Exact sums as of `linear`; patches of 16, grids of 14 and 24, every axis of one length, one pixel. */
export const PATCHES: readonly Template[] = [
  patches([2, 3, 8, 20, 4, 11], 'normal'),
  patches([2, 1, 6, 9, 3, 5], 'whole', { exact: 8, whole: { img: 5, w: 4, b: 9, dy: 4 } }),
  patches([1, 3, 16, 32, 16, 7], 'whole', { exact: 24, whole: { img: 4095, w: 5, b: 1023, dy: 2047 } }),
  patches([2, 1, 3, 2, 1, 1], 'normal'),
  patches([4, 4, 8, 8, 4, 4], 'outliers'),
  patches([1, 2, 4, 6, 2, 3], 'normal', { scale: LARGE }),
  patches([3, 2, 10, 5, 5, 31], 'offset'),
  patches([1, 5, 14, 7, 7, 33], 'peaked'),
  patches([8, 3, 6, 4, 2, 2], 'small-variance'),
  patches([1, 3, 32, 48, 16, 65], 'normal', { sample }),
  patches([1, 3, 224, 224, 16, 5], 'normal', { sample }),
  patches([1, 3, 384, 384, 16, 3], 'normal', { sample }),
  patches([8, 3, 16, 32, 16, 192], 'normal', { sample }),
  patches([2, 3, 32, 16, 16, 384], 'normal', { sample }),
  patches([1, 3, 16, 16, 16, 768], 'normal', { sample }),
];
