import { at, panelWidth, tileRows } from '../lanes.ts';
import { applyGelu } from '../math/elementary.ts';
import { DEPTH } from '../operations.ts';
import { packStrips } from './pack.ts';
import { tile } from './tile.ts';

/** The columns that hang over, or rows that are not there: a whole tile in `edge`, of which `rows` by `columns` count. */
function edgeTile<T>(
  rows: i32,
  columns: i32,
  k: i32,
  a: usize,
  p: usize,
  c: usize,
  cRow: usize,
  first: bool,
  bias: usize,
  r: usize,
  rRow: usize,
  edge: usize,
): void {
  if (!first)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) store<T>(at<T>(edge + 32 * (i as usize), j), load<T>(at<T>(c + cRow * (i as usize), j)));
  tile<T>(k, a, p, edge, 32, first, 0, 0, 0);
  if (columns === panelWidth<T>()) {
    for (let i = 0; i < rows; i++) {
      let x = v128.load(edge);
      let y = v128.load(edge, 16);
      if (bias !== 0) {
        x = v128.add<T>(x, v128.load(bias));
        y = v128.add<T>(y, v128.load(bias, 16));
      }
      if (r !== 0) {
        x = v128.add<T>(x, v128.load(r));
        y = v128.add<T>(y, v128.load(r, 16));
        r += rRow;
      }
      v128.store(c, x);
      v128.store(c, y, 16);
      edge += 32;
      c += cRow;
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let x = load<T>(at<T>(edge + 32 * (i as usize), j));
      if (bias !== 0) x += load<T>(at<T>(bias, j));
      if (r !== 0) x += load<T>(at<T>(r + rRow * (i as usize), j));
      store<T>(at<T>(c + cRow * (i as usize), j), x);
    }
  }
}

/**
 * `c[m, n] = a[m, k] · b + bias + r`, b packed in panels of its whole depth `k`. Rows of a are `aRow` bytes apart, its products `step` bytes.
 * `activation` 1: GELU of the result. `strips` is room for a's rows, those of each tile side by side: up to DEPTH columns of them at a time.
 */
export function gemmBlock<T>(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  step: usize,
  b: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  r: usize,
  rRow: usize,
  activation: i32,
  edge: usize,
  strips: usize,
): void {
  const width = panelWidth<T>();
  const rows = tileRows();
  for (let from = 0; from === 0 || from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const isLast = from + depth >= k;
    packStrips<T>(m, depth, a + (from as usize) * step, aRow, step, strips);
    for (let j = 0; j < n; j += width) {
      const p = at<T>(b, j * k) + 32 * (from as usize);
      const columns = min(width, n - j);
      const added = isLast && bias !== 0 ? at<T>(bias, j) : 0;
      let strip = strips;
      let to = at<T>(c, j);
      let kept = isLast && r !== 0 ? at<T>(r, j) : 0;
      for (let i = 0; i < m; i += rows) {
        if (columns === width && i + rows <= m) tile<T>(depth, strip, p, to, cRow, from === 0, added, kept, rRow);
        else edgeTile<T>(min(rows, m - i), columns, depth, strip, p, to, cRow, from === 0, added, kept, rRow, edge);
        strip += (rows as usize) * sizeof<T>() * (depth as usize);
        to += (rows as usize) * cRow;
        if (kept !== 0) kept += (rows as usize) * rRow;
      }
    }
  }
  if (activation !== 0) for (let i: usize = 0; i < (m as usize); i++) applyGelu<T>(c + cRow * i, c + cRow * i, n);
}
