import type { Ops } from '../../../language/ops.ts';
import { last, type Shaped, size } from '../../../tensor/shape.ts';
import { inGradient, type Mutant, node, WITH } from '../mistake.ts';

const across = <T extends Shaped>(o: Ops<T>, a: T, row: T): T => o.repeatLast(last(a.shape), row);

/** What the gradient of LayerNorm is made of. */
interface Norm<T> {
  readonly x: T;
  readonly dy: T;
  readonly gain: T;
  readonly normal: T;
  readonly rstd: T;
}
interface NormRules {
  readonly x?: <T extends Shaped>(o: Ops<T>, n: Norm<T>) => T;
  readonly gain?: <T extends Shaped>(o: Ops<T>, n: Norm<T>) => T;
  readonly bias?: <T extends Shaped>(o: Ops<T>, n: Norm<T>) => T;
}
const byGain = <T extends Shaped>(o: Ops<T>, { dy, gain }: Norm<T>): T => o.mul(dy, o.repeatLeading(dy.shape, gain));
const meanOf = <T extends Shaped>(o: Ops<T>, d: T): T => across(o, d, o.mean(d));
const projection = <T extends Shaped>(o: Ops<T>, d: T, { normal }: Norm<T>): T => o.mul(normal, across(o, d, o.mean(o.mul(d, normal))));
/** Divided by how many rows were summed. */
const overRows = <T extends Shaped>(o: Ops<T>, sum: T, { shape }: Shaped): T => o.scale(1 / size(shape.slice(0, -1)), sum);
const RIGHT: Required<NormRules> = {
  x: (o, n) => {
    const d = byGain(o, n);
    return o.mul(n.rstd, o.sub(o.sub(d, meanOf(o, d)), projection(o, d, n)));
  },
  gain: (o, { gain, dy, normal }) => o.sumLeading(gain.shape, o.mul(dy, normal)),
  bias: (o, { gain, dy }) => o.sumLeading(gain.shape, dy),
};
const layerNorm = (name: string, says: string, wrong: NormRules): Mutant => {
  const rules = { ...RIGHT, ...wrong };
  return inGradient(name, says, WITH.layerNorm, (o) => ({
    layerNorm: (eps, x, gain, bias) => {
      const c = o.sub(x.value, across(o, x.value, o.mean(x.value)));
      const rstd = across(o, x.value, o.unary('rsqrt', o.shift(eps, o.mean(o.mul(c, c)))));
      const of = (dy: typeof c) => ({ x: x.value, dy, gain: gain.value, normal: o.mul(c, rstd), rstd });
      const y = o.layerNorm(eps, x.value, gain.value, bias.value);
      return node(y, [x, (dy) => rules.x(o, of(dy))], [gain, (dy) => rules.gain(o, of(dy))], [bias, (dy) => rules.bias(o, of(dy))]);
    },
  }));
};

/** What people get wrong in the gradient of LayerNorm, whose value is right. */
export const LAYER_NORM_GRADIENT_MISTAKES: readonly Mutant[] = [
  layerNorm('layernorm-gradient-no-mean', 'the gradient of LayerNorm without the mean of dy', {
    x: (o, n) => {
      const d = byGain(o, n);
      return o.mul(n.rstd, o.sub(d, projection(o, d, n)));
    },
  }),
  layerNorm('layernorm-gradient-no-variance', 'the gradient of LayerNorm without the term of its variance', {
    x: (o, n) => {
      const d = byGain(o, n);
      return o.mul(n.rstd, o.sub(d, meanOf(o, d)));
    },
  }),
  layerNorm('layernorm-gradient-constant-statistics', 'the gradient of LayerNorm with mean and variance as constants', {
    x: (o, n) => o.mul(n.rstd, byGain(o, n)),
  }),
  layerNorm('layernorm-gradient-no-gain', 'the gradient of LayerNorm without its gain', {
    x: (o, n) => o.mul(n.rstd, o.sub(o.sub(n.dy, meanOf(o, n.dy)), projection(o, n.dy, n))),
  }),
  layerNorm('layernorm-gain-gradient-from-input', "the gradient of LayerNorm's gain from x in place of x̂", {
    gain: (o, { gain, dy, x }) => o.sumLeading(gain.shape, o.mul(dy, x)),
  }),
  layerNorm('layernorm-parameter-gradients-averaged', 'gradients of gain and bias averaged over the rows in place of summed', {
    gain: (o, n) => overRows(o, RIGHT.gain(o, n), n.dy),
    bias: (o, n) => overRows(o, RIGHT.bias(o, n), n.dy),
  }),
];
