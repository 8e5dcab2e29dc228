import { address, word } from '../command.ts';
import { at, panelWidth, tileRows } from '../lanes.ts';
import * as layout from '../layout.ts';

/**
 * Columns `[0, n)` of a matrix of `k` rows as panels: for each panel, for each row, its columns side by side; zeros where the last hangs over.
 * The matrix is read at `b + i · row + j · column`, in bytes.
 */
export function packPanels<T>(n: i32, k: i32, b: usize, row: usize, column: usize, out: usize): void {
  const width = panelWidth<T>();
  for (let j = 0; j < n; j += width) {
    const start = b + (j as usize) * column;
    if (j + width > n) packEdge<T>(n - j, k, start, row, column, out);
    else if (column === sizeof<T>()) copyPanel(k, start, row, out);
    else if (sizeof<T>() === 4) turnPanel32(k, start, row, column, out);
    else turnPanel64(k, start, row, column, out);
    out += 32 * (k as usize);
  }
}

/** A panel whose columns are neighbours already. */
function copyPanel(k: i32, from: usize, row: usize, out: usize): void {
  for (; k > 0; k--) {
    v128.store(out, v128.load(from));
    v128.store(out, v128.load(from, 16), 16);
    from += row;
    out += 32;
  }
}

function turnPanel32(k: i32, from: usize, row: usize, column: usize, out: usize): void {
  const c1 = column;
  const c2 = column + column;
  const c3 = c2 + column;
  const far = from + (column << 2);
  for (let x = 0; x < k; x++) {
    const d = (x as usize) * row;
    let v = v128.load32_zero(from + d);
    v = v128.load32_lane(from + d + c1, v, 1);
    v = v128.load32_lane(from + d + c2, v, 2);
    v = v128.load32_lane(from + d + c3, v, 3);
    v128.store(out, v);
    let w = v128.load32_zero(far + d);
    w = v128.load32_lane(far + d + c1, w, 1);
    w = v128.load32_lane(far + d + c2, w, 2);
    w = v128.load32_lane(far + d + c3, w, 3);
    v128.store(out, w, 16);
    out += 32;
  }
}

function turnPanel64(k: i32, from: usize, row: usize, column: usize, out: usize): void {
  const far = from + (column << 1);
  for (let x = 0; x < k; x++) {
    const d = (x as usize) * row;
    v128.store(out, v128.load64_lane(from + d + column, v128.load64_zero(from + d), 1));
    v128.store(out, v128.load64_lane(far + d + column, v128.load64_zero(far + d), 1), 16);
    out += 32;
  }
}

function packEdge<T>(n: i32, k: i32, from: usize, row: usize, column: usize, out: usize): void {
  const width = panelWidth<T>();
  for (; k > 0; k--) {
    for (let j = 0; j < width; j++) store<T>(at<T>(out, j), j < n ? load<T>(from + (j as usize) * column) : (0 as T));
    from += row;
    out += 32;
  }
}

/**
 * Rows `[0, m)` of a matrix of `k` columns as strips: for each tile's rows, for each column, its rows side by side; a row twice where the last hangs
 * over. The matrix is read at `a + i · row + x · step`, in bytes.
 */
export function packStrips<T>(m: i32, k: i32, a: usize, row: usize, step: usize, out: usize): void {
  const rows = tileRows();
  const wide = (rows as usize) * sizeof<T>();
  for (let i = 0; i < m; i += rows) {
    const a1 = i + 1 < m ? a + row : a;
    const a2 = i + 2 < m ? a1 + row : a1;
    const a3 = i + 3 < m ? a2 + row : a2;
    if (row === sizeof<T>() && i + 4 <= m) copyStrip<T>(k, a, step, out, wide);
    else if (sizeof<T>() === 4) turnStrip32(k, a, a1, a2, a3, step, out, wide);
    else turnStrip64(k, a, a1, a2, a3, step, out);
    if (rows === 5) copyFifth<T>(k, i + 4 < m ? a3 + row : a3, step, out + 4 * sizeof<T>(), wide);
    a += (rows as usize) * row;
    out += wide * (k as usize);
  }
}

/** The fifth row of a strip, `wide` bytes from column to column. */
function copyFifth<T>(k: i32, from: usize, step: usize, out: usize, wide: usize): void {
  for (; k > 0; k--) {
    store<T>(out, load<T>(from));
    from += step;
    out += wide;
  }
}

/** Four rows of a strip that are neighbours already. */
function copyStrip<T>(k: i32, from: usize, step: usize, out: usize, wide: usize): void {
  for (; k > 0; k--) {
    v128.store(out, v128.load(from));
    if (sizeof<T>() === 8) v128.store(out, v128.load(from, 16), 16);
    from += step;
    out += wide;
  }
}

/** Four rows of 32-bit numbers, four columns at a time where those are neighbours. */
function turnStrip32(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, step: usize, out: usize, wide: usize): void {
  let d: usize = 0;
  if (step === 4)
    for (; k >= 4; k -= 4) {
      const r0 = v128.load(a0 + d);
      const r1 = v128.load(a1 + d);
      const r2 = v128.load(a2 + d);
      const r3 = v128.load(a3 + d);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f64>(t0, t1, 0, 2));
      v128.store(out + wide, v128.shuffle<f64>(t0, t1, 1, 3));
      v128.store(out + 2 * wide, v128.shuffle<f64>(t2, t3, 0, 2));
      v128.store(out + 3 * wide, v128.shuffle<f64>(t2, t3, 1, 3));
      d += 16;
      out += 4 * wide;
    }
  for (; k > 0; k--) {
    let v = v128.load32_zero(a0 + d);
    v = v128.load32_lane(a1 + d, v, 1);
    v = v128.load32_lane(a2 + d, v, 2);
    v128.store(out, v128.load32_lane(a3 + d, v, 3));
    d += step;
    out += wide;
  }
}

function turnStrip64(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, step: usize, out: usize): void {
  for (let d: usize = 0; k > 0; k--) {
    v128.store(out, v128.load64_lane(a1 + d, v128.load64_zero(a0 + d), 1));
    v128.store(out, v128.load64_lane(a3 + d, v128.load64_zero(a2 + d), 1), 16);
    d += step;
    out += 32;
  }
}

/** A task of packing a matrix: some of its panels, as the words `PACK_…` of a command say. */
export function pack<T>(command: usize, task: i32): void {
  const n = word(command, layout.PACK_N);
  const k = word(command, layout.PACK_K);
  const chunk = word(command, layout.PACK_TASK_COLUMNS);
  const j = task * chunk;
  const column = address(command, layout.PACK_B_COLUMN);
  packPanels<T>(
    min(chunk, n - j),
    k,
    address(command, layout.PACK_B) + (j as usize) * column,
    address(command, layout.PACK_B_ROW),
    column,
    at<T>(address(command, layout.PACK_PANELS), j * k),
  );
}
