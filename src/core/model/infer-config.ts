import * as E from 'fp-ts/lib/Either.js';
import type { Shape } from '../shape.ts';
import { type DeitConfig, deitConfig } from './config.ts';

/**
 * The configuration that parameters of these shapes (by timm name) belong to, as far as shapes tell: 64 channels a head
 * and a square image, as in every published DeiT. Left says what cannot be told.
 *
 * @example
 * inferConfig(paramShapes(ZOO.deit_tiny_patch16_224)) // { _tag: 'Right', right: ZOO.deit_tiny_patch16_224 }
 */
export const inferConfig = (shapes: Readonly<Record<string, Shape>>): E.Either<string, DeitConfig> => {
  const needed = ['cls_token', 'pos_embed', 'patch_embed.proj.weight', 'blocks.0.mlp.fc1.weight', 'head.weight'];
  const missing = needed.filter((name) => !Object.hasOwn(shapes, name));
  if (missing.length > 0) return E.left(`no ${missing.join(', no ')}: these are not the parameters of a DeiT under timm names`);
  const [dim, channels, patch] = shapes['patch_embed.proj.weight'];
  const distilled = Object.hasOwn(shapes, 'dist_token');
  const patches = shapes.pos_embed[1] - (distilled ? 2 : 1);
  const side = Math.round(Math.sqrt(patches));
  if (side * side !== patches)
    return E.left(`${patches} patches are no square grid, so the image size cannot be told; give it with --config`);
  if (dim % 64 !== 0) return E.left(`width ${dim} is no multiple of 64, so the number of heads cannot be told; give it with --config`);
  const depth = Object.keys(shapes).filter((name) => /^blocks\.\d+\.norm1\.weight$/.test(name)).length;
  const hidden = shapes['blocks.0.mlp.fc1.weight'][0];
  const classes = shapes['head.weight'][0];
  return E.right(
    deitConfig({ image: [side * patch, side * patch], patch, channels, dim, depth, heads: dim / 64, hidden, classes, distilled }),
  );
};
