import type { CaseFamily } from '../case-spec.ts';
import { SAMPLE, type Template } from './template.ts';

const sample = SAMPLE;

const mhsa = (
  [B, N, d, heads]: readonly [B: number, N: number, d: number, heads: number],
  family: CaseFamily,
  more: Partial<Template> = {},
): Template => ({ ...more, dims: { B, N, d }, attrs: { heads }, family });

/** Whole numbers whose scores are exact: what is left to err is the softmax and the last layer, so that a wide one still has a bound that says something. */
const SHARP: Readonly<Record<string, number>> = { x: 1, qkv_w: 1, qkv_b: 2 };

/** More keys than a tile holds, more heads than four, heads of 64, as many tokens as heads, as batches, as numbers in each; one token, one head, one number. */
export const MHSA: readonly Template[] = [
  mhsa([2, 5, 4, 3], 'normal'),
  mhsa([2, 37, 16, 3], 'peaked'),
  mhsa([1, 7, 8, 5], 'outliers'),
  mhsa([3, 4, 4, 2], 'extreme'),
  mhsa([1, 1, 1, 1], 'normal'),
  mhsa([2, 12, 4, 3], 'small-variance'),
  mhsa([4, 4, 4, 4], 'tail'),
  mhsa([2, 6, 3, 4], 'offset'),
  mhsa([8, 3, 2, 2], 'whole'),
  mhsa([1, 66, 5, 2], 'peaked'),
  mhsa([1, 9, 64, 1], 'normal'),
  mhsa([1, 129, 2, 7], 'normal', { sample }),
  mhsa([1, 198, 64, 3], 'whole', { sample, whole: SHARP }),
  mhsa([8, 17, 16, 3], 'normal', { sample }),
  mhsa([1, 33, 64, 6], 'whole', { sample, whole: SHARP }),
  mhsa([1, 5, 64, 12], 'whole', { sample, whole: SHARP }),
];

const block = (
  [B, N, d, heads, M]: readonly [B: number, N: number, d: number, heads: number, M: number],
  family: CaseFamily,
  more: Partial<Template> = {},
  eps = 1e-6,
): Template => ({ ...more, dims: { B, N, d, M }, attrs: { heads, eps }, family });

/** Attention that adds nothing, so that rows which are nearly constant reach the second norm as they are. */
const STILL: Readonly<Record<string, number>> = { 'p.attn.proj.weight': 0, 'p.attn.proj.bias': 0 };

/** The same of whole blocks, and an eps that matters in both norms. */
export const BLOCK: readonly Template[] = [
  block([2, 5, 4, 3, 28], 'normal'),
  block([1, 7, 5, 2, 33], 'small-variance'),
  block([3, 4, 3, 4, 9], 'peaked', {}, 0.1),
  block([2, 6, 2, 6, 12], 'outliers'),
  block([2, 12, 4, 3, 12], 'normal', {}, 0.03),
  block([8, 3, 3, 2, 7], 'normal'),
  block([2, 3, 5, 2, 8], 'small-variance', { whole: STILL }),
  block([1, 66, 3, 2, 17], 'normal'),
  block([1, 9, 64, 3, 768], 'normal', { sample, whole: STILL }),
  block([1, 198, 8, 3, 65], 'normal', { sample }),
  block([2, 17, 1, 6, 1536], 'normal', { sample }),
  block([1, 9, 2, 12, 33], 'normal', { sample }),
];

const positions = (
  from: readonly [number, number],
  to: readonly [number, number],
  prefix: number,
  D: number,
  variant: 'facebook' | 'timm-antialias',
  more: Partial<Template> = {},
): Template => ({ ...more, dims: { D }, attrs: { from, to, prefix, variant } });
/** A grid that stays what it is has weights 0 and 1: everything is copied, bit for bit. */
const COPIED: Partial<Template> = { exact: 8, whole: { pe: 200, dy: 200 } };

/** Grids that grow, shrink, do both, and stay; from 14 to 24 and back; one row and one patch. */
export const POSITIONS: readonly Template[] = [
  positions([4, 3], [5, 7], 2, 6, 'facebook'),
  positions([4, 5], [7, 3], 1, 6, 'timm-antialias'),
  positions([4, 5], [4, 5], 1, 3, 'facebook', COPIED),
  positions([3, 6], [3, 6], 2, 2, 'timm-antialias', COPIED),
  positions([8, 7], [3, 4], 1, 5, 'facebook'),
  positions([8, 7], [3, 4], 3, 5, 'timm-antialias'),
  positions([1, 1], [3, 2], 1, 2, 'facebook'),
  positions([1, 4], [2, 9], 2, 1, 'timm-antialias'),
  positions([4, 4], [5, 5], 4, 4, 'facebook'),
  positions([3, 2], [2, 5], 1, 384, 'facebook', { sample }),
  positions([2, 2], [3, 3], 2, 768, 'timm-antialias', { sample }),
  positions([14, 14], [24, 24], 2, 33, 'facebook', { sample }),
  positions([14, 14], [24, 24], 1, 192, 'timm-antialias', { sample }),
  positions([24, 24], [14, 14], 1, 64, 'timm-antialias', { sample }),
];
