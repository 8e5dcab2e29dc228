import { complete, replacedIn, unchecked } from '../language/interpreter.ts';
import type { Named, Ops, Primitives, Unary } from '../language/ops.ts';
import { withReplacedValues } from '../language/replaced.ts';
import { type IsValue, isShaped } from '../language/signatures.ts';
import { last, lastTwoSwapped, type Shape, type Shaped, sameShape, showShape, size } from '../tensor/shape.ts';
import type { Floats } from '../tensor/tensor.ts';
import { scalarDerivatives } from './scalar-derivatives.ts';
import { topologicalOrder } from './topological-order.ts';

/** A value that remembers how a change in it comes from changes in its parents. */
export interface Variable<T extends Shaped> extends Shaped {
  readonly value: T;
  readonly parents: readonly Parent<T>[];
}
interface Parent<T extends Shaped> {
  readonly node: Variable<T>;
  /** The parent's share of the upstream gradient `dy`. */
  readonly pull: (dy: T) => T;
}

/**
 * A value that depends on nothing: an input, a parameter, a constant.
 *
 * @example
 * variable(tensor([], [3])).parents // []
 */
export const variable = <T extends Shaped>(value: T): Variable<T> => ({ shape: value.shape, value, parents: [] });

/** Whether something is a value of `vjp`. */
export const isVariable: IsValue = (value) => isShaped(value) && 'parents' in (value as object);

/**
 * Reverse mode over any base: an interpreter of values with pullbacks, whose rules are written in the base's own
 * operations, so that gradients run wherever programs run (and `vjp(vjp(o))` gives second derivatives). What is
 * tagged `norm1` on the way there is tagged `d.norm1` on the way back. An operation that the base has replaced gives its values;
 * its gradient stays that of the operation as it is defined (`override(vjp(o), …)` has the gradient of one's own).
 *
 * Law: `<J v, w> = <v, Jᵀ w>`, with `J v` from `jvp`.
 *
 * @example
 * const x = variable(tensor([], [3]));
 * const y = vjp(reference).mul(x, x);
 * pullback(reference, [[y, tensor([], [1])]])(x).data[0] // 6
 */
export const vjp = <T extends Shaped>(base: Ops<T>): Ops<Variable<T>> => {
  const o = unchecked(base);
  const node = (value: T, ...parents: readonly (readonly [Variable<T>, (dy: T) => T])[]): Variable<T> => ({
    shape: value.shape,
    value,
    parents: parents.map(([parent, pull]) => ({ node: parent, pull })),
  });
  const derivative = scalarDerivatives(o);
  const swap = (a: T): T => o.permute(lastTwoSwapped(a.shape.length), a);
  const across = (a: T, row: T): T => o.repeatLast(last(a.shape), row);
  const flat = (a: T): T => o.reshape([size(a.shape.slice(0, -1)), last(a.shape)], a);
  const elementwise = (f: Unary, x: Variable<T>, y: T): Variable<T> => node(y, [x, (dy) => o.mul(dy, derivative[f](x.value, y))]);
  const primitives: Omit<Primitives<Variable<T>>, 'within'> = {
    constant: (shape, data, units) => variable(o.constant(shape, data, units)),
    add: (a, b) => node(o.add(a.value, b.value), [a, (dy) => dy], [b, (dy) => dy]),
    mul: (a, b) => node(o.mul(a.value, b.value), [a, (dy) => o.mul(dy, b.value)], [b, (dy) => o.mul(dy, a.value)]),
    div: (a, b) => {
      const y = o.div(a.value, b.value);
      return node(y, [a, (dy) => o.div(dy, b.value)], [b, (dy) => o.scale(-1, o.div(o.mul(dy, y), b.value))]);
    },
    scale: (c, a) => node(o.scale(c, a.value), [a, (dy) => o.scale(c, dy)]),
    shift: (c, a) => node(o.shift(c, a.value), [a, (dy) => dy]),
    unary: (f, a) => elementwise(f, a, o.unary(f, a.value)),
    matmul: (a, b) => node(o.matmul(a.value, b.value), [a, (dy) => o.matmul(dy, swap(b.value))], [b, (dy) => o.matmul(swap(a.value), dy)]),
    permute: (perm, a) => {
      const back = inverse(perm);
      return node(o.permute(perm, a.value), [a, (dy) => o.permute(back, dy)]);
    },
    reshape: (shape, a) => node(o.reshape(shape, a.value), [a, (dy) => o.reshape(a.shape, dy)]),
    repeatLeading: (shape, a) => node(o.repeatLeading(shape, a.value), [a, (dy) => o.sumLeading(a.shape, dy)]),
    sumLeading: (shape, a) => node(o.sumLeading(shape, a.value), [a, (dy) => o.repeatLeading(a.shape, dy)]),
    repeatLast: (n, a) => node(o.repeatLast(n, a.value), [a, (dy) => o.sumLast(dy)]),
    sumLast: (a) => node(o.sumLast(a.value), [a, (dy) => o.repeatLast(last(a.shape), dy)]),
    slice: (axis, from, to, a) => node(o.slice(axis, from, to, a.value), [a, (dy) => o.pad(axis, from, a.shape[axis], dy)]),
    pad: (axis, from, length, a) => node(o.pad(axis, from, length, a.value), [a, (dy) => o.slice(axis, from, from + a.shape[axis], dy)]),
    concat: (axis, ...parts) => {
      const starts = parts.map((_, i) => parts.slice(0, i).reduce((n, part) => n + part.shape[axis], 0));
      const share = (part: Variable<T>, start: number) => (dy: T) => o.slice(axis, start, start + part.shape[axis], dy);
      return node(o.concat(axis, ...parts.map((part) => part.value)), ...parts.map((part, i) => [part, share(part, starts[i])] as const));
    },
    maxLast: (a) => variable(o.maxLast(a.value)),
    tag: (name, a) => node(o.tag(name, a.value), [a, (dy) => o.tag(`d.${name}`, dy)]),
  };
  const own: Partial<Named<Variable<T>>> = {
    gelu: (x) => elementwise('gelu', x, o.gelu(x.value)),
    softmax: (x) => {
      const y = o.softmax(x.value);
      return node(y, [x, (dy) => o.mul(y, o.sub(dy, across(y, o.sumLast(o.mul(dy, y)))))]);
    },
    logSoftmax: (x) => {
      const y = o.logSoftmax(x.value);
      return node(y, [x, (dy) => o.sub(dy, o.mul(o.unary('exp', y), across(y, o.sumLast(dy))))]);
    },
    layerNorm: (eps, x, gain, bias) => {
      const centred = o.sub(x.value, across(x.value, o.mean(x.value)));
      const rstd = across(x.value, o.unary('rsqrt', o.shift(eps, o.mean(o.mul(centred, centred)))));
      const normal = o.mul(centred, rstd);
      const pullX = (dy: T): T => {
        const d = o.mul(dy, o.repeatLeading(dy.shape, gain.value));
        const projected = o.mul(normal, across(d, o.mean(o.mul(d, normal))));
        return o.mul(rstd, o.sub(o.sub(d, across(d, o.mean(d))), projected));
      };
      const y = o.layerNorm(eps, x.value, gain.value, bias.value);
      return node(y, [x, pullX], [gain, (dy) => o.sumLeading(gain.shape, o.mul(dy, normal))], [bias, (dy) => o.sumLeading(bias.shape, dy)]);
    },
    linear: (x, w, b) => {
      const parents: readonly (readonly [Variable<T>, (dy: T) => T])[] = [
        [x, (dy) => o.reshape(x.shape, o.matmul(flat(dy), w.value))],
        [w, (dy) => o.matmul(swap(flat(dy)), flat(x.value))],
      ];
      if (b === undefined) return node(o.linear(x.value, w.value), ...parents);
      return node(o.linear(x.value, w.value, b.value), ...parents, [b, (dy) => o.sumLeading(b.shape, dy)]);
    },
  };
  const refuse: Ops<Variable<T>>['refuse'] = (why, ...args) => {
    const y = o.refuse(why, ...args.map((a) => a.value));
    // Where the base goes on, zeros flow back: made from `y`, so that the mistake is seen in every gradient too.
    return node(y, ...args.map((a) => [a, () => o.repeatLeading(a.shape, o.scale(0, o.sumLeading([], y)))] as const));
  };
  return complete<Variable<T>>({ ...primitives, refuse }, (rules) => ({ ...withReplacedValues(base, rules), ...own }), {
    isValue: isVariable,
    replaced: replacedIn(base),
    within: (name) => vjp(base.within(name)),
  });
};

/**
 * The gradients of everything below some outputs: given each output with its upstream gradient, a function from any
 * value to its gradient (zeros where nothing depends on it).
 *
 * @throws ShapeError when an upstream gradient does not have the shape of its output.
 * @example
 * const x = variable(tensor([2], [3, 4]));
 * const y = vjp(reference).scale(5, x);
 * pullback(reference, [[y, tensor([2], [1, 10])]])(x).data // [5, 50]
 */
export const pullback = <T extends Shaped>(
  base: Pick<Ops<T>, 'add' | 'constant' | 'refuse'>,
  outputs: readonly (readonly [Variable<T>, T])[],
): ((of: Variable<T>) => T) => {
  const o = unchecked(base);
  const gradients = new Map<Variable<T>, T>();
  const collect = (node: Variable<T>, share: T): void => {
    const sofar = gradients.get(node);
    gradients.set(node, sofar === undefined ? share : o.add(sofar, share));
  };
  for (const [node, dy] of outputs) collect(node, upstream(o, node, dy));
  const order = topologicalOrder(outputs.map(([node]) => node), (node) => node.parents.map((parent) => parent.node)); // biome-ignore format: one line
  for (const node of [...order].reverse()) {
    const dy = gradients.get(node);
    if (dy === undefined) continue;
    for (const { node: parent, pull } of node.parents) collect(parent, pull(dy));
  }
  return (of) => gradients.get(of) ?? o.constant(of.shape, new Float64Array(size(of.shape)) as Floats);
};

const upstream = <T extends Shaped>(o: Pick<Ops<T>, 'refuse'>, { shape, value }: Variable<T>, dy: T): T => {
  if (sameShape(shape, dy.shape)) return dy;
  const message = `an output ${showShape(shape)} needs an upstream gradient of its shape, got ${showShape(dy.shape)}`;
  return o.refuse({ operation: 'pullback', messages: [message], shape }, dy, value);
};
const inverse = (perm: Shape): readonly number[] => perm.map((_, i) => perm.indexOf(i));
