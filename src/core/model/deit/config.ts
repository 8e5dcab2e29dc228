import { MOST_NUMBERS } from '../../tensor/tensor.ts';
import { showValue } from '../../text/show-value.ts';

/**
 * The sizes of a DeiT: everything that decides its parameters' shapes and its arithmetic. `DeitConfig<true>` is distilled for certain, so that its logits
 * have both heads.
 */
export interface DeitConfig<D extends boolean = boolean> {
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
  readonly distilled: D;
  /** LayerNorm's epsilon: 1e-6 in every DeiT (facebookresearch/deit: models.py). */
  readonly eps: number;
}

/**
 * A configuration with DeiT's defaults, also for what is given as undefined: patch 16, RGB, MLP ratio 4, 1000 classes, eps 1e-6.
 * `configProblems` says what is wrong with it.
 *
 * @example
 * deitConfig({ dim: 192, depth: 12, heads: 3 }).hidden // 768
 */
export const deitConfig = <D extends boolean = false>(
  sizes: Pick<DeitConfig, 'dim' | 'depth' | 'heads'> & Partial<DeitConfig<D>>,
): DeitConfig<D> => ({
  image: [224, 224], patch: 16, channels: 3, hidden: 4 * sizes.dim, classes: 1000, distilled: false as D, eps: 1e-6,
  ...(Object.fromEntries(Object.entries(sizes).filter(([, size]) => size !== undefined)) as typeof sizes),
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

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) > 0;

/** What is wrong with the sides of an image. */
const sideProblems = ({ image, patch }: DeitConfig): readonly string[] => {
  if (!Array.isArray(image)) return [`image must be [height, width], got ${showValue(image)}`];
  return [
    ...(image.length === 2 ? [] : [`image has two sides, height and width, got [${image.join(', ')}]`]),
    ...[...new Set(image)]
      .filter((side) => !(isCount(side) && (!isCount(patch) || side % patch === 0)))
      .map((side) => `image side ${showValue(side)} is not a positive ${isCount(patch) ? `multiple of patch ${patch}` : 'whole number'}`),
  ];
};

/**
 * What is wrong with a configuration, for `batch` images at a time: one sentence a mistake, empty when nothing is.
 *
 * @example
 * configProblems(deitConfig({ dim: 192, depth: 12, heads: 5 })) // ['dim 192 is not a multiple of heads 5']
 */
export const configProblems = (c: DeitConfig, batch = 1): readonly string[] => {
  const { dim, heads, eps, distilled } = c;
  const wanted = 'a whole number above 0';
  const uncounted = (['patch', 'channels', 'dim', 'depth', 'heads', 'hidden', 'classes'] as const)
    // A hidden width that is not a number is 4 times a dim that is not: one mistake.
    .filter((key) => !(isCount(c[key]) || (key === 'hidden' && Number.isNaN(c.hidden) && !isCount(dim))))
    .map((key) => (c[key] === undefined ? `${key} is missing: ${wanted}` : `${key} must be ${wanted}, got ${showValue(c[key])}`));
  const problems = [
    ...uncounted,
    ...sideProblems(c),
    ...(isCount(dim) && isCount(heads) && dim % heads !== 0 ? [`dim ${dim} is not a multiple of heads ${heads}`] : []),
    ...(typeof distilled === 'boolean' ? [] : [`distilled must be true or false, got ${showValue(distilled)}`]),
    ...(typeof eps === 'number' && eps > 0 && eps < Number.POSITIVE_INFINITY
      ? []
      : [`eps must be a number above 0, got ${showValue(eps)}`]),
    ...(isCount(batch) ? [] : [`batch must be ${wanted}, got ${showValue(batch)}`]),
  ];
  return problems.length > 0 ? problems : sizeProblems(c, batch);
};

/** The same where there may be no block at all: that is not a DeiT, and a function all the same, what remains when every branch is dropped. */
export const buildProblems = (c: DeitConfig): readonly string[] => configProblems(c.depth === 0 ? { ...c, depth: 1 } : c);

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
