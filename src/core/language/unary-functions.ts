import { cdf, erf, erfc, exp, expm1, gelu, log, log1p } from '../math/index.ts';
import type { Unary } from './ops.ts';

/** The scalar functions of the language, each within 1 ulp, but for `rsqrt`, which rounds twice (docs/accuracy.md): a missing one does not compile. */
export const UNARY_FUNCTIONS: { readonly [K in Unary]: (x: number) => number } = {
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
};
