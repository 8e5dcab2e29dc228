import { complete, replacedIn, unchecked } from '../language/interpreter.ts';
import type { Ops, Primitives } from '../language/ops.ts';
import { withReplacedValues } from '../language/replaced.ts';
import { type IsValue, isShaped } from '../language/signatures.ts';
import { type Shaped, size } from '../tensor/shape.ts';
import type { Floats } from '../tensor/tensor.ts';
import { scalarDerivatives } from './scalar-derivatives.ts';

/** A value and its rate of change along a direction. */
export interface Dual<T extends Shaped> extends Shaped {
  readonly value: T;
  readonly tangent: T;
}

/**
 * A value that moves at a given rate.
 *
 * @example
 * jvp(reference).scale(5, dual(tensor([], [3]), tensor([], [1]))).tangent.data[0] // 5
 */
export const dual = <T extends Shaped>(value: T, tangent: T): Dual<T> => ({ shape: value.shape, value, tangent });

const isDual: IsValue = (value) => isShaped(value) && 'tangent' in (value as object);

/**
 * Forward mode over any base: values with directional derivatives. The second, independent route to every derivative. A constant has the rate 0, and
 * 0 · ∞ is NaN: where a value is infinite, `vjp` may have a derivative and this none. An operation that the base has replaced gives its values; its rate
 * stays that of the operation as it is defined, as in `vjp` (`override(jvp(o), …)` has the rate of one's own).
 *
 * @example
 * const x = dual(tensor([], [3]), tensor([], [1]));
 * jvp(reference).mul(x, x).tangent.data[0] // 6
 */
export const jvp = <T extends Shaped>(base: Ops<T>): Ops<Dual<T>> => {
  const o = unchecked(base);
  const derivative = scalarDerivatives(o);
  const constant = (value: T): Dual<T> => dual(value, o.constant(value.shape, new Float64Array(size(value.shape)) as Floats));
  const linear =
    (f: (...a: readonly T[]) => T) =>
    (...a: readonly Dual<T>[]): Dual<T> =>
      dual(f(...a.map((x) => x.value)), f(...a.map((x) => x.tangent)));
  const refuse: Ops<Dual<T>>['refuse'] = (why, ...args) => {
    const y = o.refuse(why, ...args.flatMap(({ value, tangent }) => [value, tangent]));
    return dual(y, y);
  };
  const rules: Omit<Primitives<Dual<T>>, 'within'> = {
    constant: (shape, data, units) => constant(o.constant(shape, data, units)),
    add: (a, b) => dual(o.add(a.value, b.value), o.add(a.tangent, b.tangent)),
    mul: (a, b) => dual(o.mul(a.value, b.value), o.add(o.mul(a.tangent, b.value), o.mul(a.value, b.tangent))),
    div: (a, b) => {
      const y = o.div(a.value, b.value);
      return dual(y, o.div(o.sub(a.tangent, o.mul(y, b.tangent)), b.value));
    },
    scale: (c, a) => dual(o.scale(c, a.value), o.scale(c, a.tangent)),
    shift: (c, a) => dual(o.shift(c, a.value), a.tangent),
    unary: (f, a) => {
      const y = o.unary(f, a.value);
      return dual(y, o.mul(a.tangent, derivative[f](a.value, y)));
    },
    matmul: (a, b) => dual(o.matmul(a.value, b.value), o.add(o.matmul(a.tangent, b.value), o.matmul(a.value, b.tangent))),
    permute: (perm, a) => linear((x) => o.permute(perm, x))(a),
    reshape: (shape, a) => linear((x) => o.reshape(shape, x))(a),
    repeatLeading: (shape, a) => linear((x) => o.repeatLeading(shape, x))(a),
    sumLeading: (shape, a) => linear((x) => o.sumLeading(shape, x))(a),
    repeatLast: (n, a) => linear((x) => o.repeatLast(n, x))(a),
    sumLast: (a) => linear(o.sumLast)(a),
    slice: (axis, from, to, a) => linear((x) => o.slice(axis, from, to, x))(a),
    pad: (axis, from, length, a) => linear((x) => o.pad(axis, from, length, x))(a),
    concat: (axis, ...parts) => linear((...xs) => o.concat(axis, ...xs))(...parts),
    maxLast: (a) => constant(o.maxLast(a.value)),
    tag: (name, a) => dual(o.tag(name, a.value), a.tangent),
  };
  return complete<Dual<T>>({ ...rules, refuse }, (all) => withReplacedValues(base, all), {
    isValue: isDual,
    replaced: replacedIn(base),
    within: (name) => jvp(base.within(name)),
  });
};
