import { type DeitConfig, deitConfig } from './deit/config.ts';

const SIZES = {
  tiny: { dim: 192, depth: 12, heads: 3 },
  small: { dim: 384, depth: 12, heads: 6 },
  base: { dim: 768, depth: 12, heads: 12 },
} as const;

/** The eight published DeiT models (facebookresearch/deit: models.py), by their names. */
export const ZOO = {
  deit_tiny_patch16_224: deitConfig(SIZES.tiny),
  deit_small_patch16_224: deitConfig(SIZES.small),
  deit_base_patch16_224: deitConfig(SIZES.base),
  deit_base_patch16_384: deitConfig({ ...SIZES.base, image: [384, 384] }),
  deit_tiny_distilled_patch16_224: deitConfig({ ...SIZES.tiny, distilled: true }),
  deit_small_distilled_patch16_224: deitConfig({ ...SIZES.small, distilled: true }),
  deit_base_distilled_patch16_224: deitConfig({ ...SIZES.base, distilled: true }),
  deit_base_distilled_patch16_384: deitConfig({ ...SIZES.base, distilled: true, image: [384, 384] }),
} as const;

/** The name of a published model. */
export type ModelName = keyof typeof ZOO;

/** The names of the published models. */
export const MODEL_NAMES = Object.keys(ZOO) as readonly ModelName[];

/**
 * Whether a name is that of a published model.
 *
 * @example
 * isModelName('deit_large_patch16_224') // false
 */
export const isModelName = (name: string): name is ModelName => Object.hasOwn(ZOO, name);

/**
 * ViT of Dosovitskiy et al. 2021 as DeiT without distillation: the same function, one special token, one head.
 *
 * @example
 * vit({ dim: 192, depth: 12, heads: 3 }).distilled // false
 */
export const vit = (sizes: Parameters<typeof deitConfig>[0]): DeitConfig<false> => deitConfig({ ...sizes, distilled: false });
