import { address, FIRST, word } from './command.ts';
import { at, lanes } from './lanes.ts';

/**
 * Sums over rows, first row first: `out[j] = Σ_i x[i, j]`. Words: 4 rows, 5 columns, 6 columns a task, 7 x, 8 its row, 9 out.
 * Eight registers of columns at a time go down all rows; sums start at 0.
 */
export function fold<T>(command: usize, task: i32): void {
  const count = word(command, FIRST);
  const chunk = word(command, FIRST + 2);
  const from = task * chunk;
  const to = min(from + chunk, word(command, FIRST + 1));
  const row = address(command, FIRST + 4);
  const width = lanes<T>();
  const x = address(command, FIRST + 3);
  const out = address(command, FIRST + 5);
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
