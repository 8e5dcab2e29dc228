import type { Tensors } from '../../engine/engine.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';

const replaced = ({ shape, data }: Tensor, place: number, by: (x: number) => number): Tensor => {
  const at = Math.floor(place * data.length);
  return generate(shape, (i) => (i === at ? by(data[i]) : data[i]));
};
const each = (given: Tensors, names: readonly string[], change: (t: Tensor) => Tensor): Tensors => ({
  ...given,
  ...Object.fromEntries(names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, change(given[name])])),
});

/**
 * Tensors that differ in one number each, at `place` of all of them, from 0 to below 1: the same for all but one who remembers an answer by a few numbers
 * of its inputs. Float32 holds the new number where it holds the old one.
 *
 * @example
 * nudged(0.5, { x: tensor([4], [1, 2, 3, 4]) }, ['x']).x.data // [1, 2, -6, 4]
 */
export const nudged = (place: number, given: Tensors, names: readonly string[]): Tensors =>
  each(given, names, (t) => replaced(t, place, (x) => (x === 0 ? 1 : -2 * x)));

/**
 * The same with one NaN: what depends on it must be NaN, and nothing else may.
 *
 * @example
 * withNaN(0, { x: tensor([2], [1, 2]) }, ['x']).x.data // [NaN, 2]
 */
export const withNaN = (place: number, given: Tensors, names: readonly string[]): Tensors =>
  each(given, names, (t) => replaced(t, place, () => Number.NaN));
