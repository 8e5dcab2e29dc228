import { cdf } from '../../../core/math/cdf.ts';
import { erf } from '../../../core/math/erf.ts';
import { erfc } from '../../../core/math/erfc.ts';
import { exp } from '../../../core/math/exp.ts';
import { expm1 } from '../../../core/math/expm1.ts';
import { gelu } from '../../../core/math/gelu.ts';
import { log } from '../../../core/math/log.ts';
import { log1p } from '../../../core/math/log1p.ts';
import { at } from '../lanes.ts';
import { CDF, ERF, ERFC, EXP, EXPM1, GELU, LOG, LOG1P, RSQRT, SQRT } from '../operations.ts';
import { exp32 } from './exp32.ts';
import { cdf32, gelu32 } from './gaussian32.ts';
import { cdf as cdf64 } from './wide/cdf.ts';
import { exp as exp64 } from './wide/exp.ts';
import { gelu as gelu64 } from './wide/gelu.ts';

/** One function of one float64 number: the text that the reference runs. One that it does not know is a trap. */
export function elementary(f: i32, x: f64): f64 {
  switch (f) {
    case EXP:
      return exp(x);
    case EXPM1:
      return expm1(x);
    case LOG:
      return log(x);
    case LOG1P:
      return log1p(x);
    case ERF:
      return erf(x);
    case ERFC:
      return erfc(x);
    case CDF:
      return cdf(x);
    case GELU:
      return gelu(x);
    case SQRT:
      return Math.sqrt(x);
    case RSQRT:
      return 1 / Math.sqrt(x);
    default:
      return unreachable();
  }
}

function four(f: i32, x: v128): v128 {
  if (f === EXP) return exp32(x);
  return f === GELU ? gelu32(x) : cdf32(x);
}

/**
 * `to[i] = f(from[i])` for neighbours. In f32 the functions that models live on have versions of their own, four at a time; the others are the
 * float64 ones, rounded.
 */
export function applyElementary<T>(f: i32, from: usize, to: usize, n: i32): void {
  let i = 0;
  if (sizeof<T>() === 4 && (f === EXP || f === GELU || f === CDF)) {
    for (; i + 4 <= n; i += 4) v128.store(at<T>(to, i), four(f, v128.load(at<T>(from, i))));
    for (; i < n; i++) store<f32>(at<T>(to, i), f32x4.extract_lane(four(f, v128.load32_splat(at<T>(from, i))), 0));
    return;
  }
  if (sizeof<T>() === 8) {
    if (f === EXP) for (; i + 2 <= n; i += 2) v128.store(at<T>(to, i), exp64(v128.load(at<T>(from, i))));
    else if (f === GELU) for (; i + 2 <= n; i += 2) v128.store(at<T>(to, i), gelu64(v128.load(at<T>(from, i))));
    else if (f === CDF) for (; i + 2 <= n; i += 2) v128.store(at<T>(to, i), cdf64(v128.load(at<T>(from, i))));
  }
  for (; i < n; i++) store<T>(at<T>(to, i), elementary(f, load<T>(at<T>(from, i)) as f64) as T);
}

/** GELU of neighbours. */
export function applyGelu<T>(from: usize, to: usize, n: i32): void {
  let i = 0;
  if (sizeof<T>() === 4) {
    for (; i + 4 <= n; i += 4) v128.store(at<T>(to, i), gelu32(v128.load(at<T>(from, i))));
    for (; i < n; i++) store<f32>(at<T>(to, i), f32x4.extract_lane(gelu32(v128.load32_splat(at<T>(from, i))), 0));
    return;
  }
  for (; i + 2 <= n; i += 2) v128.store(at<T>(to, i), gelu64(v128.load(at<T>(from, i))));
  for (; i < n; i++) store<f64>(at<T>(to, i), gelu(load<f64>(at<T>(from, i))));
}
