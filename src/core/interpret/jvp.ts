import { guarded } from '../language/checked.ts';
import { complete } from '../language/derive.ts';
import type { Ops, Primitives } from '../language/ops.ts';
import { isShaped, type Owns } from '../language/signatures.ts';
import { type Shaped, size } from '../tensor/shape.ts';
import type { Floats } from '../tensor/tensor.ts';
import { slopes } from './scalar-derivatives.ts';

/** A value and its rate of change along a direction. */
export interface Tangent<T extends Shaped> extends Shaped {
  readonly value: T;
  readonly rate: T;
}

/**
 * A value that moves at a given rate.
 *
 * @example
 * forward(reference).scale(5, moving(tensor([], [3]), tensor([], [1]))).rate.data[0] // 5
 */
export const moving = <T extends Shaped>(value: T, rate: T): Tangent<T> => ({ shape: value.shape, value, rate });

const isMoving: Owns = (value) => isShaped(value) && 'rate' in (value as object);

/**
 * Forward mode over any base: values with directional derivatives. The second, independent route to every derivative. A constant has the rate 0, and
 * 0 · ∞ is NaN: where a value is infinite, `reverse` may have a derivative and this none.
 *
 * @example
 * const x = moving(tensor([], [3]), tensor([], [1]));
 * forward(reference).mul(x, x).rate.data[0] // 6
 */
export const forward = <T extends Shaped>(o: Ops<T>): Ops<Tangent<T>> => {
  const slope = slopes(o);
  const still = (value: T): Tangent<T> => moving(value, o.constant(value.shape, new Float64Array(size(value.shape)) as Floats));
  const linear =
    (f: (...a: readonly T[]) => T) =>
    (...a: readonly Tangent<T>[]): Tangent<T> =>
      moving(f(...a.map((x) => x.value)), f(...a.map((x) => x.rate)));
  const refuse: Ops<Tangent<T>>['refuse'] = (why, ...args) => {
    const y = o.refuse(why, ...args.flatMap(({ value, rate }) => [value, rate]));
    return moving(y, y);
  };
  const rules: Primitives<Tangent<T>> = {
    constant: (shape, data) => still(o.constant(shape, data)),
    add: (a, b) => moving(o.add(a.value, b.value), o.add(a.rate, b.rate)),
    mul: (a, b) => moving(o.mul(a.value, b.value), o.add(o.mul(a.rate, b.value), o.mul(a.value, b.rate))),
    div: (a, b) => {
      const y = o.div(a.value, b.value);
      return moving(y, o.div(o.sub(a.rate, o.mul(y, b.rate)), b.value));
    },
    scale: (c, a) => moving(o.scale(c, a.value), o.scale(c, a.rate)),
    shift: (c, a) => moving(o.shift(c, a.value), a.rate),
    unary: (f, a) => {
      const y = o.unary(f, a.value);
      return moving(y, o.mul(a.rate, slope[f](a.value, y)));
    },
    matmul: (a, b) => moving(o.matmul(a.value, b.value), o.add(o.matmul(a.rate, b.value), o.matmul(a.value, b.rate))),
    permute: (perm, a) => linear((x) => o.permute(perm, x))(a),
    reshape: (shape, a) => linear((x) => o.reshape(shape, x))(a),
    tile: (shape, a) => linear((x) => o.tile(shape, x))(a),
    fold: (shape, a) => linear((x) => o.fold(shape, x))(a),
    spread: (n, a) => linear((x) => o.spread(n, x))(a),
    sumLast: (a) => linear(o.sumLast)(a),
    slice: (axis, from, to, a) => linear((x) => o.slice(axis, from, to, x))(a),
    pad: (axis, from, length, a) => linear((x) => o.pad(axis, from, length, x))(a),
    concat: (axis, ...parts) => linear((...xs) => o.concat(axis, ...xs))(...parts),
    peak: (a) => still(o.peak(a.value)),
    tag: (name, a) => moving(o.tag(name, a.value), a.rate),
    within: (name) => forward(o.within(name)),
  };
  return complete<Tangent<T>>({ ...guarded<Tangent<T>, typeof rules>({ refuse }, rules, isMoving), refuse });
};
