import { address, FIRST, word } from './command.ts';
import { applyGelu } from './elementary.ts';
import { at, panelWidth, tileRows } from './lanes.ts';
import { DEPTH, EDGE } from './operations.ts';
import { packPanels, packStrips } from './pack.ts';
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

function panelBytes<T>(n: i32, k: i32): usize {
  const width = panelWidth<T>();
  return 32 * (k as usize) * (((n + width - 1) / width) as usize);
}

/**
 * Words: 4 m, 5 n, 6 k, 7 rows a task, 8 columns a task (whole panels), 9 a, 10 its row, 11 its step, 12 b, 13 its row, 14 its column, 15 c, 16 its
 * row, 17 bias, 18 residual, 19 its row, 20 activation, 21 table of offsets (a, b, c, residual for each product of matrices; 0: one product),
 * 22 whether b is packed.
 */
export function gemm<T>(command: usize, task: i32, scratch: usize): void {
  const m = word(command, FIRST);
  const n = word(command, FIRST + 1);
  const k = word(command, FIRST + 2);
  const rowChunk = word(command, FIRST + 3);
  const columnChunk = word(command, FIRST + 4);
  const rowTasks = (m + rowChunk - 1) / rowChunk;
  const columnTasks = (n + columnChunk - 1) / columnChunk;
  const product = task / (rowTasks * columnTasks);
  const inside = task % (rowTasks * columnTasks);
  const i = (inside % rowTasks) * rowChunk;
  const j = (inside / rowTasks) * columnChunk;
  const columns = min(columnChunk, n - j);
  let a = address(command, FIRST + 5);
  let b = address(command, FIRST + 8);
  let c = address(command, FIRST + 11);
  let r = address(command, FIRST + 14);
  const table = address(command, FIRST + 17);
  if (table !== 0) {
    const offsets = table + 16 * (product as usize);
    a += load<usize>(offsets);
    b += load<usize>(offsets, 4);
    c += load<usize>(offsets, 8);
    if (r !== 0) r += load<usize>(offsets, 12);
  }
  const aRow = address(command, FIRST + 6);
  const cRow = address(command, FIRST + 12);
  const rRow = address(command, FIRST + 15);
  const bias = address(command, FIRST + 13);
  let panels = at<T>(b, j * k);
  let strips = scratch + EDGE;
  if (word(command, FIRST + 18) === 0) {
    const bColumn = address(command, FIRST + 10);
    panels = strips;
    packPanels<T>(columns, k, b + (j as usize) * bColumn, address(command, FIRST + 9), bColumn, panels);
    strips = panels + panelBytes<T>(columns, k);
  }
  const down = i as usize;
  gemmBlock<T>(
    min(rowChunk, m - i),
    columns,
    k,
    a + down * aRow,
    aRow,
    address(command, FIRST + 7),
    panels,
    at<T>(c + down * cRow, j),
    cRow,
    bias === 0 ? 0 : at<T>(bias, j),
    r === 0 ? 0 : at<T>(r + down * rRow, j),
    rRow,
    word(command, FIRST + 16),
    scratch,
    strips,
  );
}
