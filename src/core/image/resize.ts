import { ShapeError } from '../tensor/tensor.ts';
import { choiceProblem } from '../text/show-value.ts';
import { type Bytes, checkExtent, type Image, MAX_PIXELS } from './image.ts';

/** How a pixel of the result is made from those of the source; both widen with the reduction, so that shrinking does not alias. */
export type Interpolation = 'bicubic' | 'bilinear';

const PILLOWS = ['pillow', 'pillow-13'] as const;
/** Whose order of the two passes: Pillow's up to 12.1, or from 13.0 on. */
export type Pillow = (typeof PILLOWS)[number];

interface Kernel {
  /** Half the width, in source pixels at a scale of 1. */
  readonly support: number;
  readonly at: (x: number) => number;
}

const A = -0.5;

const kernels: Readonly<Record<Interpolation, Kernel>> = {
  bilinear: { support: 1, at: (x) => (Math.abs(x) < 1 ? 1 - Math.abs(x) : 0) },
  // Keys, "Cubic convolution interpolation for digital image processing" (1981), eq. 15 with a = -1/2.
  bicubic: {
    support: 2,
    at: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    },
  },
};

/** Weights of one pass: output `i` is `Σ_j weight[i·taps + j] · source[first[i] + j]`, j < count[i]. */
interface Weights {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Fixed point, `FRACTION_BITS` bits after the point. */
  readonly weight: Int32Array;
}

const FRACTION_BITS = 22;
const ONE = 4_194_304;

const weights = (from: number, to: number, { support, at }: Kernel): Weights => {
  const step = from / to;
  const stretch = Math.max(step, 1);
  const reach = support * stretch;
  const taps = -Math.floor(-reach) * 2 + 1;
  if (taps * to > MAX_PIXELS)
    throw new ShapeError('resize', `from ${from} to ${to} pixels takes ${taps * to} weights, over the limit of ${MAX_PIXELS}`);
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weight = new Int32Array(taps * to);
  const row = new Float64Array(taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const low = Math.max(0, Math.trunc(centre - reach + 0.5));
    const high = Math.min(from, Math.trunc(centre + reach + 0.5));
    let sum = 0;
    for (let j = low; j < high; j++) {
      const w = at((j - centre + 0.5) * (1 / stretch));
      row[j - low] = w;
      sum += w;
    }
    for (let j = 0; j < high - low; j++) {
      const w = sum === 0 ? (row[j] as number) : (row[j] as number) / sum;
      weight[i * taps + j] = Math.trunc(w * ONE + (w < 0 ? -0.5 : 0.5));
    }
    first[i] = low;
    count[i] = high - low;
  }
  return { taps, first, count, weight };
};

/** Resamples the middle axis of bytes `(outer, from, inner)` to `(outer, to, inner)`, rounding to a byte. */
const pass = (data: Bytes, outer: number, from: number, to: number, inner: number, kernel: Kernel): Bytes => {
  const { taps, first, count, weight } = weights(from, to, kernel);
  const out = new Uint8Array(outer * to * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < to; i++) {
      const start = (o * from + (first[i] as number)) * inner;
      const base = i * taps;
      const n = count[i] as number;
      for (let c = 0; c < inner; c++) {
        let sum = ONE / 2;
        for (let j = 0, p = start + c; j < n; j++, p += inner) sum += (data[p] as number) * (weight[base + j] as number);
        const byte = sum >> FRACTION_BITS;
        out[at++] = byte < 0 ? 0 : byte > 255 ? 255 : byte;
      }
    }
  }
  return out;
};

/**
 * Resizes to `width × height`, bit for bit as Pillow's `Image.resize` does (`Pillow: src/libImaging/Resample.c`): columns first, then rows, each pass
 * with weights of 22 fractional bits and rounded to bytes. The order shows in those roundings.
 *
 * @param pillow whose order: `pillow` is that of DeiT's time and up to 12.1, `pillow-13` does the rows first where the height falls by more than twice
 * what the width does. (12.2 and its like do so for images more than 100 times as high as wide, and are not a variant here.)
 * @throws ShapeError when a side is not a positive integer, the result or what lies between the passes is over `MAX_PIXELS`, or the interpolation or
 * the version is not one of the two.
 * @example
 * resize(plain(300, 260, [9, 9, 9]), 224, 224, 'bicubic').width // 224
 */
export const resize = (
  image: Image,
  width: number,
  height: number,
  interpolation: Interpolation = 'bicubic',
  pillow: Pillow = 'pillow',
): Image => {
  checkExtent('resize', width, height);
  const problem = choiceProblem('interpolation', Object.keys(kernels), interpolation) ?? choiceProblem('pillow', PILLOWS, pillow);
  if (problem !== undefined) throw new ShapeError('resize', problem);
  const kernel = kernels[interpolation];
  const lost = image.height - height;
  const rowsFirst = pillow === 'pillow-13' && lost > 0 && lost > 2 * (image.width - width);
  if (rowsFirst) checkExtent('resize', image.width, height);
  else checkExtent('resize', width, image.height);
  const columns = (data: Bytes, rows: number): Bytes => (width === image.width ? data : pass(data, rows, image.width, width, 3, kernel));
  const rows = (data: Bytes, columns: number): Bytes =>
    height === image.height ? data : pass(data, 1, image.height, height, columns * 3, kernel);
  const data = rowsFirst ? columns(rows(image.data, image.width), height) : rows(columns(image.data, image.height), width);
  return { width, height, channels: 3, data };
};

/**
 * Resizes so that the shorter side is `size`; the longer is `⌊size · long / short⌋` (torchvision's `Resize(size)`).
 *
 * @example
 * resizeShorter(plain(500, 375, [0, 0, 0]), 256).width // 341
 */
export const resizeShorter = (image: Image, size: number, interpolation?: Interpolation, pillow?: Pillow): Image => {
  const { width, height } = image;
  return width <= height
    ? resize(image, size, Math.floor((size * height) / width), interpolation, pillow)
    : resize(image, Math.floor((size * width) / height), size, interpolation, pillow);
};
