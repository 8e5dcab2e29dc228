import type { Ops } from '../language/ops.ts';
import { checkedShape } from '../language/shape-rules.ts';
import { type IsValue, isShaped, type PrimitiveName } from '../language/signatures.ts';
import { last, type Shape, type Shaped, size } from '../tensor/shape.ts';
import { generic } from './generic.ts';
import { topologicalOrder } from './topological-order.ts';

/** What one value costs to make, and what it was made from. */
export interface Priced extends Shaped {
  readonly parameter: boolean;
  readonly multiplyAdds: number;
  readonly flops: number;
  /** Numbers read and written. */
  readonly traffic: number;
  readonly args: readonly Priced[];
}

/** The price of a computation, before it runs. */
export interface Cost {
  /** Products of matrix multiplications, each with its addition: what the papers call FLOPs. */
  readonly multiplyAdds: number;
  /** Every arithmetic operation; a scalar function counts as one. */
  readonly flops: number;
  /** Numbers read and written by the primitives, were nothing fused. */
  readonly traffic: number;
  readonly parameters: number;
}

const perElement = (shape: Shape): number => size(shape);
const none = (): number => 0;
const FLOPS: { readonly [P in PrimitiveName]: (out: Shape, args: readonly Shape[]) => number } = {
  constant: none, permute: none, reshape: none, repeatLeading: none, repeatLast: none, slice: none, pad: none, concat: none, tag: none,
  add: perElement, mul: perElement, div: perElement, scale: perElement, shift: perElement, unary: perElement,
  sumLeading: (_, [a]) => size(a), sumLast: (_, [a]) => size(a), maxLast: (_, [a]) => size(a),
  matmul: (out, [a]) => 2 * size(out) * last(a),
}; // biome-ignore format: a table

const isPriced: IsValue = (value) => isShaped(value) && 'traffic' in (value as object);

/** The interpreter whose values are prices. */
export const cost: Ops<Priced> = generic<Priced>(
  (op, attrs, args) => {
    const shapes = args.map((a) => a.shape);
    const shape = checkedShape(op, attrs, shapes);
    const flops = FLOPS[op as PrimitiveName](shape, shapes);
    const free = op === 'reshape' || op === 'tag';
    return {
      shape,
      parameter: false,
      multiplyAdds: op === 'matmul' ? flops / 2 : 0,
      flops,
      traffic: free ? 0 : size(shape) + shapes.reduce((n, s) => n + size(s), 0),
      args,
    };
  },
  [],
  { isValue: isPriced },
);

/**
 * An input, or a parameter, of known shape: free.
 *
 * @example
 * totalCost([priced([768, 192], true)]).parameters // 147456
 */
export const priced = (shape: Shape, parameter = false): Priced => ({
  shape: [...shape],
  parameter,
  multiplyAdds: 0,
  flops: 0,
  traffic: 0,
  args: [],
});

/**
 * The whole price of some outputs; what they share is paid once.
 *
 * @example
 * totalCost([cost.matmul(priced([2, 3]), priced([3, 4], true))]).multiplyAdds // 24
 */
export const totalCost = (outputs: readonly Priced[]): Cost => {
  const order = topologicalOrder(outputs, (node) => node.args);
  const total = (of: (node: Priced) => number): number => order.reduce((n, node) => n + of(node), 0);
  return {
    multiplyAdds: total((node) => node.multiplyAdds),
    flops: total((node) => node.flops),
    traffic: total((node) => node.traffic),
    parameters: total((node) => (node.parameter ? size(node.shape) : 0)),
  };
};
