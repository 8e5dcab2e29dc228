import { pullback, variable, vjp } from '../../../interpret/vjp.ts';
import type { Ops } from '../../../language/ops.ts';
import type { Shaped } from '../../../tensor/shape.ts';
import { inGradient, type Mutant, node, WITH } from '../mistake.ts';
import { filled } from '../shaping.ts';
import { tanhGelu } from '../value/gelu.ts';

/** The gradient of GELU by a derivative of one's own. */
const gelu = (name: string, says: string, at: Mutant['at'], derivative: <T extends Shaped>(o: Ops<T>, x: T, y: T) => T): Mutant =>
  inGradient(name, says, at, (o) => ({
    gelu: (x) => {
      const y = o.gelu(x.value);
      return node(y, [x, (dy) => o.mul(dy, derivative(o, x.value, y))]);
    },
  }));

/** What people get wrong in the gradient of GELU, whose value is right. */
export const GELU_GRADIENT_MISTAKES: readonly Mutant[] = [
  gelu('gelu-gradient-no-density', 'the gradient of GELU as Φ(x), without x·φ(x)', WITH.gelu, (o, x) => o.unary('cdf', x)),
  gelu('gelu-gradient-tanh', 'the gradient of the tanh form behind the exact GELU', ['mlp', 'block', 'loss_gradient'], (o, x) => {
    const leaf = variable(x);
    return pullback(o, [[tanhGelu(vjp(o), leaf), filled(o, 1, x)]])(leaf);
  }),
  gelu('gelu-gradient-from-output', 'the gradient of GELU taken at its output', WITH.gelu, (o, _, y) => {
    const density = o.scale(0.3989422804014327, o.unary('exp', o.scale(-0.5, o.mul(y, y))));
    return o.add(o.unary('cdf', y), o.mul(y, density));
  }),
];
