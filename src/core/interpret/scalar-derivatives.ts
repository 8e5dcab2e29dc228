import type { Ops, Unary } from '../language/ops.ts';
import type { Shaped } from '../tensor/shape.ts';

const TWO_OVER_SQRT_PI = 1.1283791670955126;
const ONE_OVER_SQRT_TWO_PI = 0.3989422804014327;

/**
 * The derivative of every scalar function, from its argument `x` and its value `y`: what both kinds of differentiation multiply by. Infinities give its
 * limits, except for gelu: at ±∞ its derivative is NaN, ∞ times the 0 of the bell.
 */
export const scalarDerivatives = <T extends Shaped>(o: Ops<T>): { readonly [F in Unary]: (x: T, y: T) => T } => {
  const bell = (c: number, width: number, x: T): T => o.scale(c, o.unary('exp', o.scale(width, o.mul(x, x))));
  const one = (x: T): T => o.repeatLeading(x.shape, o.constant([], Float64Array.of(1)));
  return {
    exp: (_, y) => y,
    // Not y + 1, which has lost its digits where y is near -1.
    expm1: (x) => o.unary('exp', x),
    log: (x) => o.div(one(x), x),
    log1p: (x) => o.div(one(x), o.shift(1, x)),
    erf: (x) => bell(TWO_OVER_SQRT_PI, -1, x),
    erfc: (x) => bell(-TWO_OVER_SQRT_PI, -1, x),
    cdf: (x) => bell(ONE_OVER_SQRT_TWO_PI, -0.5, x),
    gelu: (x) => o.add(o.unary('cdf', x), o.mul(x, bell(ONE_OVER_SQRT_TWO_PI, -0.5, x))),
    sqrt: (_, y) => o.div(o.scale(0.5, one(y)), y),
    rsqrt: (_, y) => o.scale(-0.5, o.mul(y, o.mul(y, y))),
  };
};
