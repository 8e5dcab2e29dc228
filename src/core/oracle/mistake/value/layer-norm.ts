import type { Ops } from '../../../language/ops.ts';
import { last, type Shaped } from '../../../tensor/shape.ts';
import { inLanguage, type Mutant, WITH } from '../mistake.ts';
import { exchanged, filled } from '../shaping.ts';

type LayerNorm = <T extends Shaped>(o: Ops<T>, eps: number, x: T, gain: T, bias: T) => T;
const layerNorm = (name: string, says: string, form: LayerNorm): Mutant =>
  inLanguage(name, says, WITH.layerNorm, (o) => ({ layerNorm: (eps, x, gain, bias) => form(o, eps, x, gain, bias) }));

const affine = <T extends Shaped>(o: Ops<T>, normal: T, gain: T, bias: T): T =>
  o.add(o.mul(normal, o.repeatLeading(normal.shape, gain)), o.repeatLeading(normal.shape, bias));
const centred = <T extends Shaped>(o: Ops<T>, x: T): T => o.sub(x, o.repeatLast(last(x.shape), o.mean(x)));
/** Rows without their mean, over their deviation: `rstd` makes 1/√(σ² + eps) of the variance. */
const normalised = <T extends Shaped>(o: Ops<T>, x: T, rstd: (variance: T, n: number) => T): T => {
  const [n, c] = [last(x.shape), centred(o, x)];
  return o.mul(c, o.repeatLast(n, rstd(o.mean(o.mul(c, c)), n)));
};
const withDeviation =
  (rstd: <T extends Shaped>(o: Ops<T>, eps: number, variance: T, n: number) => T): LayerNorm =>
  (o, eps, x, gain, bias) =>
    affine(o, normalised(o, x, (variance, n) => rstd(o, eps, variance, n)), gain, bias); // biome-ignore format: one line
const usual =
  <T extends Shaped>(o: Ops<T>, eps: number) =>
  (variance: T): T =>
    o.unary('rsqrt', o.shift(eps, variance));
/** One over a value. */
const reciprocal = <T extends Shaped>(o: Ops<T>, a: T): T => o.div(filled(o, 1, a), a);

/** What people compute in place of LayerNorm over the last axis. */
export const LAYER_NORM_MISTAKES: readonly Mutant[] = [
  layerNorm('layernorm-eps-1e-12', "LayerNorm with eps 1e-12, Hugging Face's default", (o, _, x, g, b) => o.layerNorm(1e-12, x, g, b)),
  layerNorm('layernorm-eps-1e-5', "LayerNorm with eps 1e-5, torch's default", (o, _, x, g, b) => o.layerNorm(1e-5, x, g, b)),
  layerNorm(
    'layernorm-unbiased-variance',
    'LayerNorm with the variance over n − 1',
    withDeviation((o, eps, v, n) => o.unary('rsqrt', o.shift(eps, o.scale(n / Math.max(1, n - 1), v)))),
  ),
  layerNorm(
    'layernorm-eps-outside-root',
    'LayerNorm dividing by √σ² + eps',
    withDeviation((o, eps, v) => reciprocal(o, o.shift(eps, o.unary('sqrt', v)))),
  ),
  layerNorm(
    'layernorm-no-root',
    'LayerNorm dividing by σ² + eps, without the root',
    withDeviation((o, eps, v) => reciprocal(o, o.shift(eps, v))),
  ),
  layerNorm('layernorm-no-bias', 'LayerNorm without its bias', (o, eps, x, g, b) => o.layerNorm(eps, x, g, o.scale(0, b))),
  layerNorm('layernorm-no-gain', 'LayerNorm without its gain', (o, eps, x, g, b) => o.layerNorm(eps, x, filled(o, 1, g), b)),
  layerNorm('layernorm-gain-plus-one', 'LayerNorm with 1 + gain in place of gain', (o, eps, x, g, b) =>
    o.layerNorm(eps, x, o.shift(1, g), b),
  ),
  layerNorm('layernorm-bias-before-gain', 'LayerNorm that adds its bias before it multiplies by its gain', (o, eps, x, g, b) =>
    o.layerNorm(eps, x, g, o.mul(g, b)),
  ),
  layerNorm('layernorm-no-mean', 'RMSNorm: the mean is not subtracted', (o, eps, x, g, b) =>
    affine(o, o.mul(x, o.repeatLast(last(x.shape), usual(o, eps)(o.mean(o.mul(x, x))))), g, b),
  ),
  layerNorm('layernorm-over-tokens', 'LayerNorm over the axis before the last, the tokens', (o, eps, x, g, b) =>
    x.shape.length < 2
      ? o.layerNorm(eps, x, g, b)
      : affine(o, exchanged(o, 1, 2, normalised(o, exchanged(o, 1, 2, x), usual(o, eps))), g, b),
  ),
  layerNorm('layernorm-over-tokens-and-channels', 'LayerNorm over the last two axes at once', (o, eps, x, g, b) => {
    if (x.shape.length < 2) return o.layerNorm(eps, x, g, b);
    const [n, d] = x.shape.slice(-2);
    return affine(o, o.reshape(x.shape, normalised(o, o.reshape([...x.shape.slice(0, -2), n * d], x), usual(o, eps))), g, b);
  }),
];
