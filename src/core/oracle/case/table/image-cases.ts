import type { CaseFamily } from '../case-spec.ts';
import type { Template } from './template.ts';

type Attrs = Readonly<Record<string, unknown>>;
type Pair = readonly [height: number, width: number];

const image = ([H, W]: Pair, attrs: Attrs, family: CaseFamily = 'normal'): Template => ({ dims: { H, W }, attrs, family });
const resize = (from: Pair, size: Pair, more: Attrs = {}, family?: CaseFamily): Template => image(from, { size, ...more }, family);

/** Up, down, both at once, not at all; one pixel, one row; sides that do not divide; black and white, where bicubic goes beyond a byte. */
export const RESIZE: readonly Template[] = [
  resize([9, 14], [5, 7]),
  resize([6, 5], [13, 17], {}, 'extreme'),
  resize([8, 12], [12, 8], { interpolation: 'bilinear' }),
  resize([7, 7], [7, 7]),
  resize([1, 1], [4, 3]),
  resize([5, 8], [1, 1], {}, 'extreme'),
  resize([1, 33], [3, 16], { interpolation: 'bilinear' }, 'extreme'),
  resize([31, 2], [64, 5], { pillow: 'pillow-13' }),
  resize([40, 65], [15, 24], { pillow: 'pillow-13' }, 'extreme'),
  resize([128, 97], [32, 129], { interpolation: 'bilinear' }),
  resize([33, 50], [31, 50]),
  resize([300, 200], [256, 171]),
];

/** Landscape, portrait and square; both sizes that are published; a crop as large as the image, and one with an odd margin; other means and deviations. */
export const PREPROCESS: readonly Template[] = [
  image([30, 40], { resize: 16, crop: 12 }),
  image([41, 29], { resize: 15, crop: 8 }, 'extreme'),
  image([20, 20], { resize: 20, crop: 20 }),
  image([13, 22], { resize: [9, 10], crop: 7 }),
  image([24, 17], { resize: 12, crop: 9, interpolation: 'bilinear' }),
  image([35, 50], { resize: 19, crop: 16, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }, 'extreme'),
  image([18, 33], { resize: 10, crop: 9, pillow: 'pillow-13' }),
  image([9, 9], { resize: 33, crop: 1 }),
  image([280, 300], { resize: 256, crop: 224 }),
];
