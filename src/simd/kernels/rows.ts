import { exp } from '../../core/math/exp.ts';
import { log } from '../../core/math/log.ts';
import { address, factor, word } from './command.ts';
import { across, at, lanes } from './lanes.ts';
import * as layout from './layout.ts';
import { exp32 } from './math/exp32.ts';
import { exp as exp64 } from './math/wide/exp.ts';
import { LAYER_NORM, LOG_SOFTMAX, SOFTMAX, SUM_ROWS } from './operations.ts';

/** Maximum of a row; NaN if any is. */
export function maxOf<T>(x: usize, n: i32): T {
  const width = lanes<T>();
  let v = v128.splat<T>(-Infinity as T);
  let i = 0;
  for (; i + width <= n; i += width) v = v128.max<T>(v, v128.load(at<T>(x, i)));
  let largest = max<T>(v128.extract_lane<T>(v, 0), v128.extract_lane<T>(v, 1));
  if (sizeof<T>() === 4) largest = max<T>(largest, max<T>(v128.extract_lane<T>(v, 2), v128.extract_lane<T>(v, 3)));
  for (; i < n; i++) largest = max<T>(largest, load<T>(at<T>(x, i)));
  return largest;
}

/** Sum of a row: ascending in f64, by lanes in f32. */
export function sumOf<T>(x: usize, n: i32): T {
  let sum: T = 0 as T;
  let i = 0;
  if (sizeof<T>() === 4) {
    let v = f32x4.splat(0);
    let w = v;
    for (; i + 8 <= n; i += 8) {
      v = f32x4.add(v, v128.load(at<T>(x, i)));
      w = f32x4.add(w, v128.load(at<T>(x, i), 16));
    }
    sum = across<T>(f32x4.add(v, w));
  }
  for (; i < n; i++) sum += load<T>(at<T>(x, i));
  return sum;
}

/** `out = e^(x − largest)`, and the sum of it. */
export function exponentials<T>(x: usize, out: usize, n: i32, largest: T): T {
  let sum: T = 0 as T;
  let i = 0;
  if (sizeof<T>() === 4) {
    const top = v128.splat<T>(largest);
    let v = f32x4.splat(0);
    for (; i + 4 <= n; i += 4) {
      const e = exp32(f32x4.sub(v128.load(at<T>(x, i)), top));
      v128.store(at<T>(out, i), e);
      v = f32x4.add(v, e);
    }
    sum = across<T>(v);
    for (; i < n; i++) {
      const e = f32x4.extract_lane(exp32(f32x4.sub(v128.load32_splat(at<T>(x, i)), top)), 0) as T;
      store<T>(at<T>(out, i), e);
      sum += e;
    }
    return sum;
  }
  for (; i + 2 <= n; i += 2) {
    const e = exp64(f64x2.sub(v128.load(at<T>(x, i)), v128.splat<T>(largest)));
    v128.store(at<T>(out, i), e);
    sum += f64x2.extract_lane(e, 0) as T;
    sum += f64x2.extract_lane(e, 1) as T;
  }
  for (; i < n; i++) {
    const e = exp((load<T>(at<T>(x, i)) - largest) as f64) as T;
    store<T>(at<T>(out, i), e);
    sum += e;
  }
  return sum;
}

/** Softmax of a row; `out` may be `x`. */
export function softmaxRow<T>(x: usize, out: usize, n: i32): void {
  const width = lanes<T>();
  const sum = exponentials<T>(x, out, n, maxOf<T>(x, n));
  const all = v128.splat<T>(sum);
  let i = 0;
  for (; i + width <= n; i += width) v128.store(at<T>(out, i), v128.div<T>(v128.load(at<T>(out, i)), all));
  for (; i < n; i++) store<T>(at<T>(out, i), load<T>(at<T>(out, i)) / sum);
}

/** `out = x − c`. */
function lowered<T>(x: usize, out: usize, n: i32, c: T): void {
  const width = lanes<T>();
  const all = v128.splat<T>(c);
  let i = 0;
  for (; i + width <= n; i += width) v128.store(at<T>(out, i), v128.sub<T>(v128.load(at<T>(x, i)), all));
  for (; i < n; i++) store<T>(at<T>(out, i), load<T>(at<T>(x, i)) - c);
}

function logSoftmaxRow<T>(x: usize, out: usize, n: i32): void {
  lowered<T>(x, out, n, maxOf<T>(x, n));
  let sum: f64 = 0;
  if (sizeof<T>() === 8) {
    let i = 0;
    for (; i + 2 <= n; i += 2) {
      const e = exp64(v128.load(at<T>(out, i)));
      sum += f64x2.extract_lane(e, 0);
      sum += f64x2.extract_lane(e, 1);
    }
    for (; i < n; i++) sum += exp(load<T>(at<T>(out, i)) as f64);
  } else for (let i = 0; i < n; i++) sum += f32x4.extract_lane(exp32(v128.load32_splat(at<T>(out, i))), 0) as f64;
  lowered<T>(out, out, n, log(sum) as T);
}

/** Sum of squares of a row: ascending in f64, by lanes in f32. */
function squaresOf<T>(x: usize, n: i32): T {
  let sum: T = 0 as T;
  let i = 0;
  if (sizeof<T>() === 4) {
    let v = f32x4.splat(0);
    for (; i + 4 <= n; i += 4) {
      const c = v128.load(at<T>(x, i));
      v = f32x4.add(v, f32x4.mul(c, c));
    }
    sum = across<T>(v);
  }
  for (; i < n; i++) {
    const c = load<T>(at<T>(x, i));
    sum += c * c;
  }
  return sum;
}

function layerNormRow<T>(x: usize, out: usize, n: i32, eps: f64, gain: usize, bias: usize): void {
  const width = lanes<T>();
  const perElement = (1 / (n as f64)) as T;
  lowered<T>(x, out, n, perElement * sumOf<T>(x, n));
  const rstd = (1 as T) / sqrt<T>((eps as T) + perElement * squaresOf<T>(out, n));
  const all = v128.splat<T>(rstd);
  let i = 0;
  for (; i + width <= n; i += width) {
    const normal = v128.mul<T>(v128.load(at<T>(out, i)), all);
    v128.store(at<T>(out, i), v128.add<T>(v128.mul<T>(normal, v128.load(at<T>(gain, i))), v128.load(at<T>(bias, i))));
  }
  for (; i < n; i++) store<T>(at<T>(out, i), load<T>(at<T>(out, i)) * rstd * load<T>(at<T>(gain, i)) + load<T>(at<T>(bias, i)));
}

/** A task of an operation on rows: some of them, as the words `ROWS_…` of a command say. */
export function rowsOf<T>(command: usize, task: i32, kind: i32): void {
  const count = word(command, layout.ROWS_COUNT);
  const n = word(command, layout.ROWS_LENGTH);
  const chunk = word(command, layout.ROWS_TASK_ROWS);
  const xRow = address(command, layout.ROWS_X_ROW);
  const outRow = address(command, layout.ROWS_OUT_ROW);
  const from = task * chunk;
  let x = address(command, layout.ROWS_X) + (from as usize) * xRow;
  let out = address(command, layout.ROWS_OUT) + (from as usize) * outRow;
  const c = factor(command);
  for (let i = min(chunk, count - from); i > 0; i--) {
    if (kind === SOFTMAX) softmaxRow<T>(x, out, n);
    else if (kind === LOG_SOFTMAX) logSoftmaxRow<T>(x, out, n);
    else if (kind === LAYER_NORM) layerNormRow<T>(x, out, n, c, address(command, layout.NORM_GAIN), address(command, layout.NORM_BIAS));
    else if (kind === SUM_ROWS) store<T>(out, (c as T) * sumOf<T>(x, n));
    else store<T>(out, maxOf<T>(x, n));
    x += xRow;
    out += outRow;
  }
}
