import type { Shaped } from '../../tensor/shape.ts';
import { adopt, type Floats, type Tensor, zeros } from '../../tensor/tensor.ts';
import type { Roundoff } from './roundoff.ts';

/** The reference's value, and for each element how far an honest implementation's may be from it, proved. */
export interface Bounded extends Shaped {
  readonly value: Tensor;
  readonly error: Tensor;
}

/**
 * A value that the implementation is given exactly as it is.
 *
 * @example
 * exact(tensor([1], [3])).error.data // [0]
 */
export const exact = (value: Tensor): Bounded => ({ shape: value.shape, value, error: zeros(value.shape) });

/** |a|, element by element. */
export const magnitude = ({ shape, data }: Tensor): Tensor => mapped(shape, data.length, (i) => Math.abs(data[i]));

/** The largest magnitude that an implementation's element may have: |value| + error. */
export const reach = ({ value, error }: Bounded): Tensor =>
  mapped(value.shape, value.data.length, (i) => Math.abs(value.data[i]) + error.data[i]);

/** The largest of them all. */
export const furthest = (a: Bounded): number => {
  const { data } = reach(a);
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, data[i]);
  return most;
};

/** Whether every element is exact. */
export const isExact = ({ error }: Bounded): boolean => {
  for (let i = 0; i < error.data.length; i++) if (error.data[i] !== 0) return false;
  return true;
};

/**
 * A rounded result. `propagated(i)` bounds how far apart the two exact results are, given how far apart the inputs are;
 * the result is then rounded `roundings` times: `E = p + γ(roundings) (|value| + p) + tiny`.
 */
export const roundedResult = (r: Roundoff, value: Tensor, roundings: number, propagated: (i: number) => number): Bounded => {
  const gamma = r.gamma(roundings);
  return withError(r, value, (i, y) => {
    const p = propagated(i);
    return p + gamma * (Math.abs(y) + p) + r.tiny;
  });
};

/** A value with the error `of(i, value[i])` before it is stored; `met(i)` is the largest magnitude on the way to it, where that may be beyond its own. */
export const withError = (
  r: Roundoff,
  value: Tensor,
  of: (i: number, y: number) => number,
  met: (i: number) => number = () => 0,
): Bounded => {
  const y: Floats = value.data;
  const error = (i: number): number => {
    const e = storedError(r, y[i], of(i, y[i]));
    return r.proved(e, Math.max(Math.abs(y[i]) + e, met(i)));
  };
  return { shape: value.shape, value, error: mapped(value.shape, y.length, error) };
};

/** The error of a value that was off by `e` before it was stored. */
export const storedError = (r: Roundoff, y: number, e: number): number => (r.stored === 0 ? e : e + r.stored * (Math.abs(y) + e));

const mapped = (shape: Tensor['shape'], n: number, f: (i: number) => number): Tensor => {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = f(i);
  return adopt(shape, out);
};
