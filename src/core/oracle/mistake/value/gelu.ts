import type { Ops } from '../../../language/ops.ts';
import type { Shaped } from '../../../tensor/shape.ts';
import { inLanguage, type Mutant, WITH } from '../mistake.ts';

const gelu = (name: string, says: string, form: <T extends Shaped>(o: Ops<T>, x: T) => T): Mutant =>
  inLanguage(name, says, WITH.gelu, (o) => ({
    gelu: (x) => form(o, x),
    unary: (f, x) => (f === 'gelu' ? form(o, x) : o.unary(f, x)),
  }));

/** The sigmoid as the softmax of t and 0: no argument is too large for it or for its derivative. */
const sigmoid = <T extends Shaped>(o: Ops<T>, t: T): T => {
  const rank = t.shape.length;
  const pair = o.softmax(o.pad(rank, 0, 2, o.reshape([...t.shape, 1], t)));
  return o.reshape(t.shape, o.slice(rank, 0, 1, pair));
};

/** GELU in its tanh form. */
export const tanhGelu = <T extends Shaped>(o: Ops<T>, x: T): T => {
  const cube = o.mul(x, o.mul(x, x));
  const z = o.scale(0.7978845608028654, o.add(x, o.scale(0.044715, cube)));
  const tanh = o.shift(-1, o.scale(2, sigmoid(o, o.scale(2, z))));
  // 1 + tanh loses what people lose there, and the bound allows it.
  return o.mul(o.scale(0.5, x), o.shift(1, tanh));
};

/** What people compute in place of the exact GELU. */
export const GELU_MISTAKES: readonly Mutant[] = [
  gelu('tanh-gelu', 'GELU in its tanh form', tanhGelu),
  gelu('quick-gelu', 'GELU as x·sigmoid(1.702 x)', (o, x) => o.mul(x, sigmoid(o, o.scale(1.702, x)))),
  gelu('silu-gelu', 'SiLU, x·sigmoid(x), in place of GELU', (o, x) => o.mul(x, sigmoid(o, x))),
  gelu('relu-gelu', 'ReLU in place of GELU', (o, x) => {
    // ½(x + |x|), its corner just beside 0, so that the derivative at 0 is 0 as usual and not 0/0.
    const beside = o.shift(-1e-18, x);
    return o.scale(0.5, o.add(x, o.shift(-1e-18, o.unary('sqrt', o.mul(beside, beside)))));
  }),
  gelu('gelu-argument-not-scaled', 'GELU as ½x(1 + erf x), its argument not divided by √2', (o, x) =>
    o.mul(o.scale(0.5, x), o.shift(1, o.unary('erf', x))),
  ),
  gelu('gelu-missing', 'no activation in place of GELU', (_, x) => x),
];
