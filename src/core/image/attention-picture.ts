import { type DeitConfig, grid, specialTokens } from '../model/deit/config.ts';
import { generate, type Tensor } from '../tensor/tensor.ts';
import { captioned } from './caption.ts';
import { evaluationCrop, evaluationFor } from './evaluation-transform.ts';
import type { Image } from './image.ts';
import { overlay } from './overlay.ts';
import { sideBySide } from './side-by-side.ts';

/** Attention of a special token to the patches, mean over heads: probabilities `(1, h, N, N)` → `(rows, columns)`. */
const tokenAttention = (c: DeitConfig, probabilities: Tensor, token: number): Tensor => {
  const [, heads, n] = probabilities.shape;
  const special = specialTokens(c);
  return generate(grid(c), (patch) => {
    let sum = 0;
    for (let h = 0; h < heads; h++) sum += probabilities.data[(h * n + token) * n + special + patch];
    return sum / heads;
  });
};

/** The special tokens, in their order. */
const TOKENS = ['class', 'distillation'] as const;

/** What the model sees, and over it what each special token attends to, in the same colours. */
export const attentionPicture = (c: DeitConfig, photograph: Image, probabilities: Tensor): Image => {
  const seen = evaluationCrop(photograph, evaluationFor(c.image[0]));
  const maps = (c.distilled ? [0, 1] : [0]).map((token) => tokenAttention(c, probabilities, token));
  const peak = Math.max(...maps.flatMap(({ data }) => [...data]));
  const drawn = maps.map((map, token) =>
    captioned(overlay(seen, map, { peak }), `${TOKENS[token]} token, yellow ${(100 * peak).toPrecision(2)} %`),
  );
  return sideBySide([captioned(seen, 'what the model sees'), ...drawn], 8);
};
