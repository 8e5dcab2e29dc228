import { address, word } from './command.ts';
import { at, lanes } from './lanes.ts';
import * as layout from './layout.ts';

/** Sums over rows, first row first: `out[j] = Σ_i x[i, j]`. Four registers of columns at a time go down all rows; sums start at 0. */
export function sumLeading<T>(command: usize, task: i32): void {
  const count = word(command, layout.SUM_LEADING_COUNT);
  const chunk = word(command, layout.SUM_LEADING_TASK_COLUMNS);
  const from = task * chunk;
  const to = min(from + chunk, word(command, layout.SUM_LEADING_LENGTH));
  const row = address(command, layout.SUM_LEADING_X_ROW);
  const width = lanes<T>();
  const x = address(command, layout.SUM_LEADING_X);
  const out = address(command, layout.SUM_LEADING_OUT);
  let j = from;
  for (; j + 4 * width <= to; j += 4 * width) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p = at<T>(x, j);
    for (let i = 0; i < count; i++) {
      s0 = v128.add<T>(s0, v128.load(p));
      s1 = v128.add<T>(s1, v128.load(p, 16));
      s2 = v128.add<T>(s2, v128.load(p, 32));
      s3 = v128.add<T>(s3, v128.load(p, 48));
      p += row;
    }
    const q = at<T>(out, j);
    v128.store(q, s0);
    v128.store(q, s1, 16);
    v128.store(q, s2, 32);
    v128.store(q, s3, 48);
  }
  for (; j < to; j++) {
    let s: T = 0 as T;
    let p = at<T>(x, j);
    for (let i = 0; i < count; i++) {
      s += load<T>(p);
      p += row;
    }
    store<T>(at<T>(out, j), s);
  }
}
