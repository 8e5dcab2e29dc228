import type { Ops, Scalar } from '../language/ops.ts';
import { withInputNames } from '../language/run-program.ts';
import { type Shaped, showShape } from '../tensor/shape.ts';
import { ShapeError } from '../tensor/tensor.ts';
import { showValue } from '../text/show-value.ts';
import { isVariable, pullback, type Variable, variable, vjp } from './vjp.ts';

/** A scalar and its gradient with respect to every input, by name. */
export interface ValueAndGradient<T, I extends string = string> {
  readonly value: T;
  readonly gradient: { readonly [K in I]: T };
}

/**
 * A scalar program together with its gradient, as a program of the same interpreter: what a training step is made of.
 *
 * @throws ShapeError when the program gives anything but one number, `()`, or reads inputs that it does not have.
 * @example
 * const square = (o, { x }) => o.mul(x, x);
 * valueAndGradient(square)(reference, { x: tensor([], [3]) }).gradient.x.data[0] // 6
 */
export const valueAndGradient =
  <I extends string>(f: Scalar<I>) =>
  <T extends Shaped>(o: Ops<T>, inputs: { readonly [K in I]: T }): ValueAndGradient<T, I> => {
    const leaves = (Object.entries(inputs) as [I, T][]).map(([name, value]) => [name, variable(value)] as const);
    const d = vjp(o);
    const result = withInputNames(Object.fromEntries(leaves) as { readonly [K in I]: Variable<T> }, (all) => f(d, all));
    const message = `the program must give one number, a tensor of shape (), got ${isVariable(result) ? showShape(result.shape) : showValue(result)}`;
    if (!isVariable(result)) throw new ShapeError('valueAndGradient', message);
    const y = result.shape.length === 0 ? result : d.refuse({ operation: 'valueAndGradient', messages: [message], shape: [] }, result);
    const of = pullback(o, [[y, o.constant([], Float64Array.of(1))]]);
    return { value: y.value, gradient: Object.fromEntries(leaves.map(([name, x]) => [name, of(x)])) as { readonly [K in I]: T } };
  };
