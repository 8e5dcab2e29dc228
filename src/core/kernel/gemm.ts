import type { Floats } from '../tensor/tensor.ts';

/** Terms of the sums, and rows of `a`, that are copied side by side at a time. */
const DEPTH = 512;
const ROWS = 128;
/** Where the copied rows begin, after four columns of `b`. */
const STRIPS = 4 * DEPTH;

/**
 * What is copied side by side. An array of numbers and not a Float64Array, whose address has two parts that V8 adds at every read: instructions
 * are what this loop waits for. Filled with a number that is not an integer, as V8 tells arrays apart by that.
 */
type Packed = number[];
const packedOf = (size: number): Packed => new Array<number>(size).fill(0.5);

/**
 * `out[m, n] = Σ_k a[m, k] · b(k, n)`, k ascending, one accumulator an element, no fused multiply-add: the definition of
 * every matrix product here. Two rows by four columns at a time, so that each load serves several products; the order of
 * each sum, and so every bit, is that of the naive loop.
 *
 * `b` is read at `bStart + k·bRow + n·bColumn`: (N, 1) for `a @ b`, (1, K) for `a @ bᵀ`.
 */
export const gemm = (
  m: number,
  n: number,
  k: number,
  a: Floats,
  aStart: number,
  b: Floats,
  bStart: number,
  bRow: number,
  bColumn: number,
  out: Float64Array,
  outStart: number,
): void => {
  const packed = packedOf(STRIPS + Math.min(k, DEPTH) * Math.min(m + (m % 2), ROWS));
  out.fill(0, outStart, outStart + m * n);
  for (let x = 0; x < k; x += DEPTH) {
    const depth = Math.min(DEPTH, k - x);
    for (let i = 0; i < m; i += ROWS) {
      const rows = Math.min(ROWS, m - i);
      for (let r = 0; r < rows; r++) packRow(packed, STRIPS + (r - (r % 2)) * depth + (r % 2), depth, a, aStart + (i + r) * k + x);
      for (let j = 0; j < n; j += 4) {
        const width = Math.min(4, n - j);
        packColumns(packed, depth, width, b, bStart + x * bRow + j * bColumn, bRow, bColumn);
        for (let r = 0; r < rows; r += 2)
          tile(depth, packed, STRIPS + r * depth, out, outStart + (i + r) * n + j, width, r + 1 < rows ? n : 0);
      }
    }
  }
};

/** A row of a, every second number of a strip. */
const packRow = (packed: Packed, at: number, count: number, a: Floats, start: number): void => {
  for (let x = 0; x < count; x++) packed[at + 2 * x] = a[start + x];
};

/** `width` columns of b, row by row, so that what is one line of the cache is read once. */
const packColumns = (packed: Packed, count: number, width: number, b: Floats, start: number, row: number, column: number): void => {
  for (let x = 0, from = start; x < count; x++, from += row) for (let c = 0; c < width; c++) packed[4 * x + c] = b[from + c * column];
};

/**
 * Two rows by `width` of four columns; the second row is `below` further, or nowhere if `below` is 0. What lies beyond is computed and dropped.
 *
 * The masks change no number. They let a compiler see that no index overflows, which a third of the time went into checking.
 */
const tile = (depth: number, packed: Packed, strip: number, out: Float64Array, at: number, width: number, below: number): void => {
  const k = depth & 0xfff;
  const a = strip & 0xffffff;
  let s00 = out[at],
    s01 = width > 1 ? out[at + 1] : 0,
    s02 = width > 2 ? out[at + 2] : 0,
    s03 = width > 3 ? out[at + 3] : 0;
  let s10 = out[at + below],
    s11 = width > 1 ? out[at + below + 1] : 0,
    s12 = width > 2 ? out[at + below + 2] : 0,
    s13 = width > 3 ? out[at + below + 3] : 0;
  for (let x = 0; x < k; x++) {
    const column = 4 * x;
    const row = a + 2 * x;
    const b0 = packed[column],
      b1 = packed[column + 1],
      b2 = packed[column + 2],
      b3 = packed[column + 3];
    const a0 = packed[row];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = packed[row + 1];
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
  }
  put(out, at, width, s00, s01, s02, s03);
  if (below > 0) put(out, at + below, width, s10, s11, s12, s13);
};

const put = (out: Float64Array, at: number, width: number, s0: number, s1: number, s2: number, s3: number): void => {
  out[at] = s0;
  if (width > 1) out[at + 1] = s1;
  if (width > 2) out[at + 2] = s2;
  if (width > 3) out[at + 3] = s3;
};
