import type { Ops } from '../../language/ops.ts';
import type { Shaped } from '../../tensor/shape.ts';

/** Two axes exchanged, counted from the end: `(…, a, b)` for 1 and 2. */
export const exchanged = <T extends Shaped>(o: Ops<T>, first: number, second: number, x: T): T => {
  const rank = x.shape.length;
  const order = x.shape.map((_, i) => (i === rank - first ? rank - second : i === rank - second ? rank - first : i));
  return o.permute(order, x);
};

/** Some slices of an axis, in another order. */
export const picked = <T extends Shaped>(o: Ops<T>, axis: number, order: readonly number[], x: T): T =>
  o.concat(axis, ...order.map((i) => o.slice(axis, i, i + 1, x)));

/** Numbers 0 … n − 1. */
export const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** An axis the other way round. */
export const flipped = <T extends Shaped>(o: Ops<T>, axis: number, x: T): T => picked(o, axis, [...upTo(x.shape[axis])].reverse(), x);

/** One number, in the shape of another value. */
export const filled = <T extends Shaped>(o: Ops<T>, c: number, like: Shaped): T =>
  o.repeatLeading(like.shape, o.constant([], Float64Array.of(c)));

/** The same value, which to a gradient is a constant: as a maximum over an axis of one it is. */
export const stopped = <T extends Shaped>(o: Ops<T>, x: T): T => o.maxLast(o.reshape([...x.shape, 1], x));
