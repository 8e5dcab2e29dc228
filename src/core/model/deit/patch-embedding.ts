import type { Ops } from '../../language/ops.ts';
import { type Shaped, showShape, size } from '../../tensor/shape.ts';
import type { Affine } from './params.ts';

/**
 * The patches of images as rows: `(B, C, H, W) → (B, N, C·P·P)`. Patches go row by row over the grid; inside one the
 * order is channel, row, column, that of the convolution kernel they meet.
 *
 * @throws ShapeError when a side of the image is not a multiple of the patch.
 * @example
 * patches(reference)(2, tensor([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8])).data // [1, 2, 5, 6, 3, 4, 7, 8]
 */
export const patches =
  <T extends Shaped>(o: Ops<T>) =>
  (patch: number, image: T): T => {
    const [b = 1, c = 1, height = patch, width = patch] = image.shape;
    const [rows, columns] = [Math.floor(height / patch), Math.floor(width / patch)];
    if (image.shape.length !== 4 || rows * patch !== height || columns * patch !== width) {
      const message = `image ${showShape(image.shape)} is not (B, C, H, W) with H and W multiples of the patch ${patch}`;
      const shape = [b, rows * columns, c * patch * patch];
      return o.refuse({ operation: 'patches', messages: [message], shape, guess: true }, image);
    }
    const split = o.permute([0, 2, 4, 1, 3, 5], o.reshape([b, c, rows, patch, columns, patch], image));
    return o.reshape([b, rows * columns, c * patch * patch], split);
  };

/**
 * Patch embedding: a convolution whose kernel and stride are the patch, which is one linear layer on the patches:
 * image `(B, C, H, W)`, weight `(D, C, P, P)`, bias `(D)` → `(B, N, D)`.
 * Source: Touvron et al. 2021 §3; timm 0.3.2: models/vision_transformer.py PatchEmbed.
 *
 * @throws ShapeError when the weight is not `(D, C, P, P)`, or the image not made of such patches.
 * @example
 * const sum = { weight: full([1, 1, 2, 2], 1), bias: full([1], 0.5) };
 * patchEmbedding(reference)(sum, tensor([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8])).data // [14.5, 22.5]
 */
export const patchEmbedding =
  <T extends Shaped>(o: Ops<T>) =>
  ({ weight, bias }: Affine<T>, image: T): T => {
    const [dim = 1, ...kernel] = weight.shape;
    if (kernel.length !== 3 || kernel[1] !== kernel[2]) {
      const message = `weight ${showShape(weight.shape)} is not (D, C, P, P)`;
      const shape = [image.shape[0] ?? 1, 1, dim];
      return o.refuse({ operation: 'patchEmbedding', messages: [message], shape, guess: true }, image, weight, bias);
    }
    return o.linear(patches(o)(kernel[1], image), o.reshape([dim, size(kernel)], weight), bias);
  };
