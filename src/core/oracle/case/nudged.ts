import type { Tensors } from '../../engine/engine.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';

const changed = ({ shape, data }: Tensor, place: number): Tensor => {
  const at = Math.floor(place * data.length);
  // Float32 holds it where it holds the number itself: it has fewer bits.
  return generate(shape, (i) => (i === at ? (data[i] === 0 ? 1 : -2 * data[i]) : data[i]));
};

/**
 * Tensors that differ in one number each, at `place` of all of them, from 0 to below 1: the same for all but one who remembers an answer by a few numbers
 * of its inputs.
 *
 * @example
 * nudged(0.5, { x: tensor([4], [1, 2, 3, 4]) }, ['x']).x.data // [1, 2, -6, 4]
 */
export const nudged = (place: number, given: Tensors, names: readonly string[]): Tensors => ({
  ...given,
  ...Object.fromEntries(names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, changed(given[name], place)])),
});
