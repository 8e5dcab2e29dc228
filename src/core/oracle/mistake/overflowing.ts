import { reference } from '../../interpret/reference.ts';
import { complete } from '../../language/interpreter.ts';
import type { Ops } from '../../language/ops.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';

/**
 * The reference in a format whose largest number is `roof`: what is beyond it is infinite, and what follows from that may be NaN.
 *
 * @example
 * overflowing(3.4e38).unary('exp', tensor([1], [100])).data // [Infinity]
 */
export const overflowing = (roof: number): Ops<Tensor> => {
  const cut = (t: Tensor): Tensor => {
    for (let i = 0; i < t.data.length; i++)
      if (Math.abs(t.data[i]) > roof)
        return generate(t.shape, (j) => (Math.abs(t.data[j]) > roof ? Math.sign(t.data[j]) * Number.POSITIVE_INFINITY : t.data[j]));
    return t;
  };
  const o = reference;
  return complete<Tensor>({
    ...o,
    add: (a, b) => cut(o.add(a, b)),
    mul: (a, b) => cut(o.mul(a, b)),
    div: (a, b) => cut(o.div(a, b)),
    scale: (c, a) => cut(o.scale(c, a)),
    shift: (c, a) => cut(o.shift(c, a)),
    unary: (f, a) => cut(o.unary(f, a)),
    matmul: (a, b) => cut(o.matmul(a, b)),
    sumLeading: (shape, a) => cut(o.sumLeading(shape, a)),
    sumLast: (a) => cut(o.sumLast(a)),
  });
};
