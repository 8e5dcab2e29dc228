import { MOST_NUMBERS } from '../tensor.ts';

/** The sizes of a DeiT: everything that decides its parameters' shapes and its arithmetic. */
export interface DeitConfig {
  /** Height and width of the image in pixels; multiples of `patch`. */
  readonly image: readonly [height: number, width: number];
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Colour channels of the image. */
  readonly channels: number;
  /** Width D of a token. */
  readonly dim: number;
  /** Number of blocks. */
  readonly depth: number;
  readonly heads: number;
  /** Width of the MLP's hidden layer. */
  readonly hidden: number;
  readonly classes: number;
  /** Whether there is a distillation token, with its own head. */
  readonly distilled: boolean;
  /** LayerNorm's epsilon: 1e-6 in every DeiT (facebookresearch/deit: models.py). */
  readonly eps: number;
}

/**
 * A configuration with DeiT's defaults: patch 16, RGB, MLP ratio 4, 1000 classes, eps 1e-6.
 *
 * @example
 * deitConfig({ dim: 192, depth: 12, heads: 3 }).hidden // 768
 */
export const deitConfig = (
  sizes: Pick<DeitConfig, 'dim' | 'depth' | 'heads'> & Partial<DeitConfig>,
): DeitConfig => ({
  image: [224, 224], patch: 16, channels: 3, hidden: 4 * sizes.dim, classes: 1000, distilled: false, eps: 1e-6, ...sizes,
}); // biome-ignore format: a table

/**
 * Rows and columns of the grid of patches.
 *
 * @example
 * grid(ZOO.deit_base_patch16_384) // [24, 24]
 */
export const grid = ({ image: [height, width], patch }: DeitConfig): readonly [number, number] => [height / patch, width / patch];

/**
 * Number of special tokens: the class token, and the distillation token where there is one.
 *
 * @example
 * specialTokens(ZOO.deit_tiny_distilled_patch16_224) // 2
 */
export const specialTokens = (c: DeitConfig): number => (c.distilled ? 2 : 1);

/**
 * Number of tokens of an image: special tokens and patches.
 *
 * @example
 * tokenCount(ZOO.deit_tiny_distilled_patch16_224) // 198
 */
export const tokenCount = (c: DeitConfig): number => specialTokens(c) + grid(c)[0] * grid(c)[1];

/**
 * What is wrong with a configuration, for `batch` images at a time: one sentence a mistake, empty when nothing is.
 *
 * @example
 * configProblems(deitConfig({ dim: 192, depth: 12, heads: 5 })) // ['dim 192 is not a multiple of heads 5']
 */
export const configProblems = (c: DeitConfig, batch = 1): readonly string[] => {
  const whole = (['patch', 'channels', 'dim', 'depth', 'heads', 'hidden', 'classes'] as const)
    .filter((key) => !(Number.isSafeInteger(c[key]) && c[key] > 0))
    .map((key) => `${key} must be a whole number above 0, got ${c[key]}`);
  const count = c.image.length === 2 ? [] : [`image has two sides, height and width, got [${c.image.join(', ')}]`];
  const sides = [...new Set(c.image)]
    .filter((side) => !(Number.isSafeInteger(side) && side > 0 && side % c.patch === 0))
    .map((side) => `image side ${side} is not a positive multiple of patch ${c.patch}`);
  const shapes = [
    ...whole,
    ...count,
    ...sides,
    ...(c.dim % c.heads === 0 ? [] : [`dim ${c.dim} is not a multiple of heads ${c.heads}`]),
    ...(c.eps > 0 && c.eps < Number.POSITIVE_INFINITY ? [] : [`eps must be a number above 0, got ${c.eps}`]),
    ...(Number.isSafeInteger(batch) && batch > 0 ? [] : [`batch must be a whole number above 0, got ${batch}`]),
  ];
  return shapes.length > 0 ? shapes : sizeProblems(c, batch);
};

const MOST_BLOCKS = 10_000;

/** Sizes that are whole and fit each other, and that no machine could hold. */
const sizeProblems = (c: DeitConfig, batch: number): readonly string[] => {
  const largest = c.dim * Math.max(tokenCount(c), 3 * c.dim, c.hidden, c.classes, c.channels * c.patch * c.patch);
  const scores = batch * c.heads * tokenCount(c) * tokenCount(c);
  return [
    ...(c.depth > MOST_BLOCKS ? [`depth ${c.depth} is more than ${MOST_BLOCKS} blocks`] : []),
    ...(largest > MOST_NUMBERS ? [`too large: one parameter would hold ${largest} numbers, more than ${MOST_NUMBERS}`] : []),
    ...(scores > MOST_NUMBERS
      ? [
          `too large: attention would hold ${scores} numbers for ${batch === 1 ? 'one image' : `${batch} images`}, more than ${MOST_NUMBERS}`,
        ]
      : []),
  ];
};
