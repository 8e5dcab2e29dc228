import type { Ops } from '../../../language/ops.ts';
import type { Affine } from '../../../model/deit/params.ts';
import { patchEmbedding } from '../../../model/deit/patch-embedding.ts';
import type { Shaped } from '../../../tensor/shape.ts';
import { exchanged, flipped } from '../shaping.ts';

/** How patches become tokens. */
export type PatchForm = <T extends Shaped>(o: Ops<T>, proj: Affine<T>, image: T) => T;

/** As it should be. */
export const PATCHES: PatchForm = (o, proj, image) => patchEmbedding(o)(proj, image);

type Weight = <T extends Shaped>(o: Ops<T>, weight: T) => T;
/** The right embedding by another kernel `(D, C, P, P)`. */
const byKernel =
  (kernel: Weight): PatchForm =>
  (o, { weight, bias }, image) =>
    patchEmbedding(o)({ weight: kernel(o, weight), bias }, image);
const transposed: Weight = (o, weight) => exchanged(o, 1, 2, weight);

/** How people make tokens of patches in place of that, by name. */
export const PATCH_FORMS: readonly (readonly [name: string, says: string, form: PatchForm])[] = [
  ['patch-channels-last', 'patches flattened as (row, column, channel) for a kernel that is (channel, row, column)', byKernel((o, weight) => {
    const [d, c, p] = weight.shape;
    return o.permute([0, 3, 1, 2], o.reshape([d, p, p, c], weight));
  })],
  ['patch-kernel-flipped', 'a true convolution: the kernel flipped in both directions', byKernel((o, weight) => flipped(o, 2, flipped(o, 3, weight)))],
  ['patch-transposed', 'rows and columns exchanged inside each patch', byKernel(transposed)],
  ['patches-by-column', 'patches taken column by column', (o, { weight, bias }, image) => patchEmbedding(o)({ weight: transposed(o, weight), bias }, transposed(o, image))],
  ['image-transposed', 'rows and columns of the image exchanged', (o, proj, image) => patchEmbedding(o)(proj, transposed(o, image))],
  ['channels-reversed', 'channels in the reverse order: blue, green, red', (o, proj, image) => patchEmbedding(o)(proj, flipped(o, 1, image))],
]; // biome-ignore format: one form a line
