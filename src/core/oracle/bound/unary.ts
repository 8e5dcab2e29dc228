import type { Ops, Unary } from '../../language/ops.ts';
import { generate, type Tensor } from '../../tensor/tensor.ts';
import { type Bounded, withError } from './bounded.ts';
import type { Roundoff } from './roundoff.ts';

const TWO_OVER_SQRT_PI = 1.1283791670955126;
const ONE_OVER_SQRT_TWO_PI = 0.3989422804014327;
/** The largest |gelu″(x)| = φ(x)·|2 − x²|, reached at 0. */
const GELU_CURVATURE = 0.7978845608028654;

/**
 * The error of one scalar function: `local`, of evaluating it, and `propagated`, of its argument being off by `e`.
 * `c` is the function's relative error there, `y` its value. Each propagation is the mean value theorem, with the
 * largest slope between `x − e` and `x + e`, or the functional equation where there is one.
 */
interface Rule {
  readonly propagated: (x: number, e: number, y: number, i: number) => number;
  readonly local: (c: number, y: number, x: number, u: number) => number;
}

const relative: Rule['local'] = (c, y) => c * y;
/** Near 1 a logarithm is close to 0, and devices promise an absolute error there. */
const logarithmic: Rule['local'] = (c, y) => c * Math.max(y, 1);

/** How each scalar function spreads and makes errors; `exp` and `cdf` give those functions of many points at once. */
const rules = (o: Ops<Tensor>, x: Tensor, e: Tensor): { readonly [F in Unary]: () => Rule } => {
  const of = (f: Unary, point: (i: number) => number): Tensor => o.unary(f, generate(x.shape, point));
  const growth = (): Tensor => of('expm1', (i) => e.data[i]);
  const nearest = (i: number): number => Math.max(0, Math.abs(x.data[i]) - e.data[i]);
  const bell = (width: number): Tensor => of('exp', (i) => -width * nearest(i) * nearest(i));
  const sloped = (height: number, width: number, local: Rule['local']) => (): Rule => {
    const slope = bell(width);
    return { local, propagated: (_x, d, _y, i) => height * slope.data[i] * d };
  };
  const logarithm = (floor: number) => (): Rule => ({
    local: logarithmic,
    propagated: (a, d) => (a - d > floor ? d / (a - floor - d) : Number.POSITIVE_INFINITY),
  });
  return {
    exp: () => {
      const g = growth();
      const top = of('exp', (i) => x.data[i] + e.data[i]);
      return { local: relative, propagated: (_x, _e, y, i) => (y === 0 ? top.data[i] : y * g.data[i]) };
    },
    expm1: () => {
      const g = growth();
      return { local: relative, propagated: (_x, _e, y, i) => (1 + y) * g.data[i] };
    },
    log: logarithm(0),
    log1p: logarithm(-1),
    erf: sloped(TWO_OVER_SQRT_PI, 1, relative),
    erfc: sloped(TWO_OVER_SQRT_PI, 1, relative),
    // An honest Φ is ½(1 + erf(x/√2)), whose error is relative to ½ in the negative tail.
    cdf: sloped(ONE_OVER_SQRT_TWO_PI, 0.5, (c, y, _x, u) => (c + 2 * u) * (y + 0.5)),
    gelu: () => {
      const phi = of('cdf', (i) => x.data[i]);
      const density = of('exp', (i) => -0.5 * x.data[i] * x.data[i]);
      const slope = (a: number, i: number): number => Math.abs(phi.data[i] + a * ONE_OVER_SQRT_TWO_PI * density.data[i]);
      return {
        // ½x(1 + erf(x/√2)) cancels in the negative tail: its error is relative to |x|/2 there.
        local: (c, y, a, u) => (c + 2 * u) * (y + a / 2),
        propagated: (a, d, _y, i) => Math.min(slope(a, i) * d + (GELU_CURVATURE / 2) * d * d, 1.13 * d),
      };
    },
    sqrt: () => ({
      local: relative,
      propagated: (a, d, y) => (d === 0 ? 0 : d / (y + Math.sqrt(Math.max(0, a - d)))),
    }),
    // 1/√(x − e) − 1/√x = (√(1 + t) − 1)/√x ≤ t/(2√x) with t = e/(x − e); 1/√x may be two operations.
    rsqrt: () => ({
      local: (c, y, _x, u) => (c + u) * y,
      propagated: (a, d, y) => (a - d > 0 ? (y * d) / (2 * (a - d)) : d === 0 ? 0 : Number.POSITIVE_INFINITY),
    }),
  };
};

/** A scalar function applied to each element of a bounded tensor. */
export const boundedUnary = (r: Roundoff, o: Ops<Tensor>, f: Unary, { value, error }: Bounded): Bounded => {
  const { propagated, local } = rules(o, value, error)[f]();
  // Only exponentials become less accurate far from 0.
  const far = f !== 'log' && f !== 'log1p' && f !== 'sqrt' && f !== 'rsqrt';
  return withError(r, o.unary(f, value), (i, y) => {
    const x = value.data[i];
    const e = error.data[i];
    const p = propagated(x, e, y, i);
    const c = f === 'exp' || f === 'expm1' ? r.exponential(x, e) : far ? r.elementary(x, e) : r.elementary(1, 0);
    return p + local(c, Math.abs(y) + p, Math.abs(x) + e, r.u) + r.tiny;
  });
};
