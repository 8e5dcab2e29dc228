import { cdf, erf, erfc, exp, expm1, gelu, log, log1p } from '../math/index.ts';

/** The scalar functions of the language, each within 1 ulp, but for `rsqrt`, which rounds twice (docs/accuracy.md). What has none for one of them does not compile. */
export const UNARY_FUNCTIONS = {
  exp,
  expm1,
  log,
  log1p,
  erf,
  erfc,
  cdf,
  gelu,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
} as const satisfies Readonly<Record<string, (x: number) => number>>;
/** The name of a scalar function. */
export type Unary = keyof typeof UNARY_FUNCTIONS;
/** The names of the scalar functions, which are applied to each element. `cdf` is the standard normal Φ, `gelu` is x·Φ(x). */
export const UNARY = Object.keys(UNARY_FUNCTIONS) as readonly Unary[];
