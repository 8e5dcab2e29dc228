import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../../engine/engine.ts';
import { generate, type Tensor } from '../../../tensor/tensor.ts';
import { operationNamed } from '../../request/operation-table.ts';
import type { AttributesOf } from '../../request/operation-types.ts';

type Preprocess = AttributesOf<'preprocess'>;
type Resize = AttributesOf<'resize'>;

/** A known mistake in an operation on images, which has no program: what somebody who makes it gives for a request. */
export interface ImageMistake {
  readonly name: string;
  readonly says: string;
  readonly at: readonly ('resize' | 'preprocess')[];
  /** `undefined` where the request has no place for the mistake. */
  readonly result: (op: 'resize' | 'preprocess', attrs: Preprocess | Resize, given: Tensors) => Tensors | undefined;
  /** How far from theirs the numbers may be: bytes that are rounded from float32 may fall to either side. @defaultValue 0 */
  readonly bytes?: number;
}

const resultOf = (op: string, attrs: object, given: Tensors): Tensors | undefined => {
  const result = operationNamed(op)?.result?.(attrs, given);
  return result !== undefined && E.isRight(result) ? result.right : undefined;
};

/** The right operation with other attributes, or on another image. */
const preprocess = (
  name: string,
  says: string,
  change: (a: Preprocess) => Partial<Preprocess>,
  image: (t: Tensor) => Tensor = (t) => t,
): ImageMistake => ({
  name,
  says,
  at: ['preprocess'],
  result: (op, attrs, given) => resultOf(op, { ...attrs, ...change(attrs as Preprocess) }, { image: image(given.image) }),
});

/** `y` as it would be of pixels `f(x)` in place of x, from 0 to 1. */
const onPixels = (name: string, says: string, f: (x: number) => number): ImageMistake => ({
  name,
  says,
  at: ['preprocess'],
  result: (op, attrs, given) => {
    const { mean, std } = attrs as Preprocess;
    const y = resultOf(op, attrs, given)?.y;
    if (y === undefined) return undefined;
    const area = y.shape[1] * y.shape[2];
    const channel = (i: number): number => Math.floor(i / area);
    return { y: generate(y.shape, (i) => (f(y.data[i] * std[channel(i)] + mean[channel(i)]) - mean[channel(i)]) / std[channel(i)]) };
  },
});

const reversed = (t: Tensor): Tensor => generate(t.shape, (i) => t.data[i - (i % 3) + 2 - (i % 3)]);

/** Cubic without antialiasing, as `torch.nn.functional.interpolate` and OpenCV resize: four points, a = −0.75, the border repeated. */
const sharp = (image: Tensor, [height, width]: readonly [number, number]): Tensor => {
  const [h, w] = image.shape;
  const kernel = (x: number): number => {
    const t = Math.abs(x);
    return t < 1 ? (1.25 * t - 2.25) * t * t + 1 : t < 2 ? ((-0.75 * t + 3.75) * t - 6) * t + 3 : 0;
  };
  const taps = (from: number, to: number, i: number): readonly (readonly [at: number, weight: number])[] => {
    const source = ((i + 0.5) * from) / to - 0.5;
    const left = Math.floor(source);
    return [-1, 0, 1, 2].map((k) => [Math.min(Math.max(left + k, 0), from - 1), kernel(left + k - source)] as const);
  };
  return generate([height, width, 3], (at) => {
    const [c, x, y] = [at % 3, Math.floor(at / 3) % width, Math.floor(at / (3 * width))];
    let sum = 0;
    for (const [row, a] of taps(h, height, y))
      for (const [column, b] of taps(w, width, x)) sum += a * b * image.data[(row * w + column) * 3 + c];
    return Math.min(255, Math.max(0, Math.round(sum)));
  });
};

/** What people get wrong on the way from a photograph to the input of a model. */
export const IMAGE_MISTAKES: readonly ImageMistake[] = [
  preprocess('mean-and-std-half', 'mean and std 0.5 in place of those of ImageNet', () => ({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] })),
  preprocess('mean-missing', 'no mean subtracted', () => ({ mean: [0, 0, 0] })),
  preprocess('std-missing', 'not divided by the standard deviation', () => ({ std: [1, 1, 1] })),
  preprocess('mean-and-std-missing', 'pixels from 0 to 1, not normalised', () => ({ mean: [0, 0, 0], std: [1, 1, 1] })),
  preprocess('pixels-reversed', 'channels in the order blue, green, red', () => ({}), reversed),
  preprocess('mean-reversed', 'mean and std in the order blue, green, red', ({ mean, std }) => ({ mean: [mean[2], mean[1], mean[0]], std: [std[2], std[1], std[0]] })),
  preprocess('aspect-squashed', 'resized to a square, whatever the shape of the photograph', ({ resize }) => (typeof resize === 'number' ? { resize: [resize, resize] } : {})),
  preprocess('resize-by-0.9', "resized to ⌊crop / 0.9⌋, timm's default: 248 for 224", ({ crop }) => ({ resize: Math.floor(crop / 0.9) })),
  preprocess('resize-to-crop', 'resized to the crop itself, of which nothing is cut away', ({ crop }) => ({ resize: crop })),
  preprocess('resize-bilinear', 'resized bilinearly', () => ({ interpolation: 'bilinear' })),
  onPixels('pixels-over-256', 'pixels divided by 256 in place of 255', (x) => (x * 255) / 256),
  onPixels('pixels-not-scaled', 'pixels from 0 to 255, not divided', (x) => x * 255),
  {
    name: 'resize-bilinear',
    says: 'resized bilinearly',
    at: ['resize'],
    result: (op, attrs, given) => resultOf(op, { ...attrs, interpolation: 'bilinear' }, given),
  },
  {
    name: 'resize-without-antialias',
    says: 'resized without antialiasing: four points a side however much it shrinks',
    at: ['resize'],
    result: (_, attrs, given) => ({ y: sharp(given.image, (attrs as Resize).size) }),
    bytes: 1,
  },
  {
    name: 'resize-transposed',
    says: 'height and width of the result exchanged, and read as they should be',
    at: ['resize'],
    result: (op, attrs, given) => {
      const { size: [h, w] } = attrs as Resize; // biome-ignore format: one line
      const y = resultOf(op, { ...attrs, size: [w, h] }, given)?.y;
      return y && { y: { ...y, shape: [h, w, 3] } };
    },
  },
]; // biome-ignore format: one mistake a line

/**
 * The names of the known mistakes that give just these bytes or pixels for a request of `resize` or `preprocess`; none for what is right.
 *
 * @param u unit roundoff of who computed them: pixels are a few roundings from what they should be
 * @example
 * const image = tensor([4, 4, 3], Array.from({ length: 48 }, (_, i) => (i * 37) % 256));
 * const asked = { resize: 4, crop: 4, mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] };
 * const half = E.map(({ y }) => diagnoseImage('preprocess', asked, { image }, y))(operationNamed('preprocess').result({ ...asked, mean: [0, 0, 0] }, { image }));
 * half // right(['mean-missing'])
 */
export const diagnoseImage = (
  op: 'resize' | 'preprocess',
  attrs: object,
  given: Tensors,
  got: Tensor,
  u = 5.9604644775390625e-8,
): readonly string[] => {
  const read = operationNamed(op)?.completed(attrs);
  if (read === undefined || E.isLeft(read)) return [];
  const asked = read.right as Preprocess | Resize;
  const room = (bytes: number, value: number): number => {
    if (op === 'resize') return bytes;
    const { mean, std } = asked as Preprocess;
    return 8 * u * (Math.abs(value) + 256 * Math.max(...std.map((s, i) => (1 + Math.abs(mean[i])) / s)));
  };
  const same = (y: Tensor | undefined, bytes = 0): boolean => {
    if (y === undefined || y.shape.join() !== got.shape.join()) return false;
    for (let i = 0; i < y.data.length; i++) if (!(Math.abs(y.data[i] - got.data[i]) <= room(bytes, y.data[i]))) return false;
    return true;
  };
  if (same(resultOf(op, asked, given)?.y)) return [];
  return IMAGE_MISTAKES.filter(({ at, result, bytes }) => at.includes(op) && same(result(op, asked, given)?.y, bytes)).map(
    ({ name }) => name,
  );
};
