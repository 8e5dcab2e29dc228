import { showShape } from '../tensor/shape.ts';
import { ShapeError, type Tensor } from '../tensor/tensor.ts';
import { heat } from './colormap.ts';
import { adoptImage, type Image } from './image.ts';

/** How an attention map is drawn. */
export interface OverlayOptions {
  /** Share of the colour in the blend, 0 to 1. @defaultValue 0.6 */
  readonly strength?: number;
  /** The weight that gets the lightest colour; give one to several maps to compare them. @defaultValue the largest weight of the map */
  readonly peak?: number;
}

/** Along one axis: the first of four cells that pixel `p` of `pixels` lies between, and their shares, by the uniform cubic B-spline. */
const spline = (p: number, pixels: number, cells: number): readonly [first: number, shares: readonly number[]] => {
  const x = ((p + 0.5) * cells) / pixels - 0.5;
  const cell = Math.floor(x);
  const t = x - cell;
  const u = 1 - t;
  return [cell - 1, [(u * u * u) / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * u * u * u - 6 * u * u + 4) / 6, (t * t * t) / 6]];
};

/** Four neighbouring values of an axis, its ends repeated, weighed by a spline. */
const blend = ([first, shares]: readonly [number, readonly number[]], cells: number, value: (i: number) => number): number => {
  let sum = 0;
  for (let k = 0; k < 4; k++) sum += (shares[k] as number) * value(Math.min(cells - 1, Math.max(0, first + k)));
  return sum;
};

/**
 * A grid of weights as a smooth map of `height × width`: a cubic B-spline, which never leaves the range of the weights.
 *
 * @param grid `(gh, gw)`
 * @returns row-major, `height · width` numbers
 */
export const smooth = (grid: Tensor, height: number, width: number): Float64Array => {
  const [gh, gw] = grid.shape as readonly [number, number];
  const across = new Float64Array(gh * width);
  for (let x = 0; x < width; x++) {
    const at = spline(x, width, gw);
    for (let y = 0; y < gh; y++) across[y * width + x] = blend(at, gw, (i) => grid.data[y * gw + i] as number);
  }
  const out = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const at = spline(y, height, gh);
    for (let x = 0; x < width; x++) out[y * width + x] = blend(at, gh, (i) => across[i * width + x] as number);
  }
  return out;
};

/**
 * An attention map over the photograph it belongs to: weights from dark violet (0) to yellow (the peak), blended into the picture.
 *
 * @param grid `(gh, gw)`, weights ≥ 0: the attention of one token to the patches, row by row.
 * @throws ShapeError when `grid` is not a matrix of finite weights ≥ 0, the strength not from 0 to 1, or the peak not finite and ≥ 0.
 * @example
 * overlay(plain(32, 32, [90, 90, 90]), tensor([2, 2], [0, 1, 2, 3])).width // 32
 */
export const overlay = (image: Image, grid: Tensor, { strength = 0.6, peak }: OverlayOptions = {}): Image => {
  if (grid.shape.length !== 2 || grid.data.length === 0)
    throw new ShapeError('overlay', `weights are a matrix (gh, gw), got ${showShape(grid.shape)}`);
  if (!(strength >= 0 && strength <= 1)) throw new ShapeError('overlay', `the strength is a number from 0 to 1, got ${strength}`);
  if (peak !== undefined && !(peak >= 0 && peak < Number.POSITIVE_INFINITY))
    throw new ShapeError('overlay', `the peak is finite and at least 0, got ${peak}`);
  let largest = 0;
  for (const w of grid.data) {
    if (!(w >= 0 && w < Number.POSITIVE_INFINITY)) throw new ShapeError('overlay', `weights are finite and at least 0, got ${w}`);
    largest = Math.max(largest, w);
  }
  const unit = peak ?? largest;
  const map = smooth(grid, image.height, image.width);
  const out = new Uint8Array(image.data.length);
  for (let i = 0; i < map.length; i++) {
    const colour = heat(unit > 0 ? (map[i] as number) / unit : 0);
    for (let c = 0; c < 3; c++)
      out[i * 3 + c] = Math.floor((1 - strength) * (image.data[i * 3 + c] as number) + strength * (colour[c] as number) + 0.5);
  }
  return adoptImage(image.width, image.height, out);
};
