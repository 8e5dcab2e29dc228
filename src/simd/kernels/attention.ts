import { address, factor, word } from './command.ts';
import { gemmBlock } from './gemm/block.ts';
import { packPanels } from './gemm/pack.ts';
import { at, lanes, panelWidth } from './lanes.ts';
import * as layout from './layout.ts';
import { EDGE } from './operations.ts';
import { softmaxRow } from './rows.ts';

/** Whole panels that hold `n` columns, in columns. */
function padded<T>(n: i32): i32 {
  const width = panelWidth<T>();
  return ((n + width - 1) / width) * width;
}

/**
 * `softmax(scale · q kᵀ) v` of one head, or of some rows of it. Keys and values are packed once; then a tile of `rows` query rows at a time has its
 * scores, their softmax and its products with v while they are in the cache. No more of the M × N matrix exists.
 */
export function attention<T>(command: usize, task: i32, scratch: usize): void {
  const m = word(command, layout.ATTENTION_M);
  const n = word(command, layout.ATTENTION_N);
  const d = word(command, layout.ATTENTION_D);
  const e = word(command, layout.ATTENTION_E);
  const tileRows = word(command, layout.ATTENTION_TILE_ROWS);
  const chunk = word(command, layout.ATTENTION_TASK_ROWS);
  const tasks = (m + chunk - 1) / chunk;
  const starts = address(command, layout.ATTENTION_TABLE) + layout.STARTS_BYTES * ((task / tasks) as usize);
  const from = (task % tasks) * chunk;
  const to = min(m, from + chunk);
  const one = sizeof<T>();
  const keys = scratch + EDGE;
  const values = at<T>(keys, padded<T>(n) * d);
  const scores = at<T>(values, padded<T>(e) * n);
  const scoreRow = (padded<T>(n) as usize) * one;
  packPanels<T>(
    n,
    d,
    address(command, layout.ATTENTION_K) + load<usize>(starts, 4 * layout.STARTS_ATTENTION_K),
    one,
    address(command, layout.ATTENTION_K_ROW),
    keys,
  );
  packPanels<T>(
    e,
    n,
    address(command, layout.ATTENTION_V) + load<usize>(starts, 4 * layout.STARTS_ATTENTION_V),
    address(command, layout.ATTENTION_V_ROW),
    one,
    values,
  );
  const strips = scores + (tileRows as usize) * scoreRow;
  const qRow = address(command, layout.ATTENTION_Q_ROW);
  const outRow = address(command, layout.ATTENTION_OUT_ROW);
  const q = address(command, layout.ATTENTION_Q) + load<usize>(starts, 4 * layout.STARTS_ATTENTION_Q);
  const out = address(command, layout.ATTENTION_OUT) + load<usize>(starts, 4 * layout.STARTS_ATTENTION_OUT);
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
