import { address, FIRST, word } from './command.ts';
import { at, panelWidth } from './lanes.ts';

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

/** Words: 4 n, 5 k, 6 columns a task (whole panels), 7 b, 8 its row, 9 its column, 10 panels. */
export function pack<T>(command: usize, task: i32): void {
  const n = word(command, FIRST);
  const k = word(command, FIRST + 1);
  const chunk = word(command, FIRST + 2);
  const j = task * chunk;
  const column = address(command, FIRST + 5);
  packPanels<T>(
    min(chunk, n - j),
    k,
    address(command, FIRST + 3) + (j as usize) * column,
    address(command, FIRST + 4),
    column,
    at<T>(address(command, FIRST + 6), j * k),
  );
}
