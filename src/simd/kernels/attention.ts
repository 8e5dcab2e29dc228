import { address, FIRST, factor, word } from './command.ts';
import { gemmBlock } from './gemm.ts';
import { at, lanes, panelWidth } from './lanes.ts';
import { EDGE } from './operations.ts';
import { packPanels } from './pack.ts';
import { softmaxRow } from './rows.ts';

/** Whole panels that hold `n` columns, in columns. */
function padded<T>(n: i32): i32 {
  const width = panelWidth<T>();
  return ((n + width - 1) / width) * width;
}

/**
 * `softmax(scale · q kᵀ) v` of one head, or of some rows of it. Keys and values are packed once; then a tile of `rows` query rows at a time has its
 * scores, their softmax and its products with v while they are in the cache. No more of the M × N matrix exists.
 *
 * Words: 2–3 scale, 4 m, 5 n, 6 d, 7 e, 8 rows a tile, 9 rows a task, 10 q, 11 its row, 12 k, 13 its row, 14 v, 15 its row, 16 out, 17 its row,
 * 18 table of offsets (q, k, v, out for each head).
 */
export function attention<T>(command: usize, task: i32, scratch: usize): void {
  const m = word(command, FIRST);
  const n = word(command, FIRST + 1);
  const d = word(command, FIRST + 2);
  const e = word(command, FIRST + 3);
  const tileRows = word(command, FIRST + 4);
  const chunk = word(command, FIRST + 5);
  const tasks = (m + chunk - 1) / chunk;
  const offsets = address(command, FIRST + 14) + 16 * ((task / tasks) as usize);
  const from = (task % tasks) * chunk;
  const to = min(m, from + chunk);
  const one = sizeof<T>();
  const keys = scratch + EDGE;
  const values = at<T>(keys, padded<T>(n) * d);
  const scores = at<T>(values, padded<T>(e) * n);
  const scoreRow = (padded<T>(n) as usize) * one;
  packPanels<T>(n, d, address(command, FIRST + 8) + load<usize>(offsets, 4), one, address(command, FIRST + 9), keys);
  packPanels<T>(e, n, address(command, FIRST + 10) + load<usize>(offsets, 8), address(command, FIRST + 11), one, values);
  const strips = scores + (tileRows as usize) * scoreRow;
  const qRow = address(command, FIRST + 7);
  const outRow = address(command, FIRST + 13);
  const q = address(command, FIRST + 6) + load<usize>(offsets);
  const out = address(command, FIRST + 12) + load<usize>(offsets, 12);
  const scale = factor(command) as T;
  for (let i = from; i < to; i += tileRows) {
    const rows = min(tileRows, to - i);
    gemmBlock<T>(rows, padded<T>(n), d, q + (i as usize) * qRow, qRow, one, keys, scores, scoreRow, 0, 0, 0, 0, scratch, strips);
    for (let row = 0; row < rows; row++) {
      const s = scores + (row as usize) * scoreRow;
      scaled<T>(s, n, scale);
      softmaxRow<T>(s, s, n);
    }
    gemmBlock<T>(rows, e, n, scores, scoreRow, one, values, out + (i as usize) * outRow, outRow, 0, 0, 0, 0, scratch, strips);
  }
}

function scaled<T>(x: usize, n: i32, c: T): void {
  const all = v128.splat<T>(c);
  let i = 0;
  for (; i + lanes<T>() <= n; i += lanes<T>()) v128.store(at<T>(x, i), v128.mul<T>(v128.load(at<T>(x, i)), all));
  for (; i < n; i++) store<T>(at<T>(x, i), load<T>(at<T>(x, i)) * c);
}
