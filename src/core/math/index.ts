import type { Unary } from '../language/ops.ts';
import { cdf } from './cdf.ts';
import { erf } from './erf.ts';
import { erfc } from './erfc.ts';
import { erfinv } from './erfinv.ts';
import { exp } from './exp.ts';
import { expm1 } from './expm1.ts';
import { gelu } from './gelu.ts';
import { log } from './log.ts';
import { log1p } from './log1p.ts';

export { cdf, erf, erfc, erfinv, exp, expm1, gelu, log, log1p };

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
