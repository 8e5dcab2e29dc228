import type { Ops } from '../src/core/language/ops.ts';
import { type Shape, type Shaped, size } from '../src/core/tensor/shape.ts';
import type { Tensor } from '../src/core/tensor/tensor.ts';

/** `<a, b>`, the sum of the products of all elements: a scalar. */
export const dot = <T extends Shaped>(o: Ops<T>, a: T, b: T): T => o.sumLast(o.reshape([size(a.shape)], o.mul(a, b)));

/** The sum of scalars and other tensors of one shape. */
export const total = <T extends Shaped>(o: Ops<T>, terms: readonly T[]): T => terms.slice(1).reduce((sum, t) => o.add(sum, t), terms[0]);

/** Index `i` of `axis` becomes index `order[i]` of `a`: a permutation, in the language. */
export const gather = <T extends Shaped>(o: Ops<T>, axis: number, order: readonly number[], a: T): T =>
  o.concat(axis, ...order.map((i) => o.slice(axis, i, i + 1, a)));

/** The last two axes exchanged. */
export const swap = <T extends Shaped>(o: Ops<T>, a: T): T => {
  const rank = a.shape.length;
  return o.permute([...Array(rank - 2).keys(), rank - 1, rank - 2], a);
};

/** The same value everywhere, not an input. */
export const filled = <T extends Shaped>(o: Ops<T>, shape: Shape, value: number): T =>
  o.constant(shape, new Float64Array(size(shape)).fill(value));

/** Any number of tensors by name: `x0`, `x1`, … */
export const numbered = (tensors: readonly Tensor[]): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(tensors.map((t, i) => [`x${i}`, t]));

/** The values of `numbered`, in order. */
export const inOrder = <T>(inputs: Readonly<Record<string, T>>): readonly T[] => Object.keys(inputs).map((_, i) => inputs[`x${i}`]);
