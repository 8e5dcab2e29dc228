import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { type ModelName, ZOO } from '../../core/model/zoo.ts';
import { drawCase } from '../../core/oracle/case/draw-case.ts';
import { generate, type Tensor } from '../../core/tensor/tensor.ts';

/** A model to be followed step by step: its name, and the request. */
export interface ModelCase {
  readonly model: string;
  /** What its image is. */
  readonly image: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** The image and the weights, as the engine can store them. */
  readonly given: Tensors;
}

/**
 * A published model with seeded weights on a preprocessed image `(1, 3, H, W)`, every number one that float32 holds.
 *
 * @param says what the image is, for the report
 * @returns what to give `checkForward`; Left a sentence where the weights cannot be drawn
 *
 * @example
 * E.isRight(modelCase('deit_tiny_patch16_224', tensor([1, 3, 224, 224], Array(150528).fill(0)), 'black', 1)) // true
 */
export const modelCase = (model: ModelName, image: Tensor, says: string, seed: number): E.Either<string, ModelCase> => {
  const attrs = { ...ZOO[model] };
  return E.map((weights: Readonly<Record<string, Tensor>>) => ({
    model,
    image: says,
    attrs,
    given: { ...weights, image: generate(image.shape, (i) => Math.fround(image.data[i])) },
  }))(drawCase({ op: 'forward', dims: { B: 1 }, attrs, family: 'normal', scale: 1, offset: 0, seed }));
};
