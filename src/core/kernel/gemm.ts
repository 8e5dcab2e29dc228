import type { Floats } from '../tensor.ts';

/**
 * `out[m, n] = Σ_k a[m, k] · b(k, n)`, k ascending, one accumulator an element, no fused multiply-add: the definition of
 * every matrix product here. Four rows by four columns at a time, so that each load serves four products; the order of
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
  const panel = new Float64Array(4 * k);
  for (let j = 0; j < n; j += 4) {
    const width = Math.min(4, n - j);
    packPanel(panel, k, width, b, bStart + j * bColumn, bRow, bColumn);
    let i = 0;
    if (width === 4) for (; i + 4 <= m; i += 4) tile4x4(k, a, aStart + i * k, panel, out, outStart + i * n + j, n);
    for (; i < m; i++) tile1x4(k, a, aStart + i * k, panel, out, outStart + i * n + j, width);
  }
};

/** Columns `[0, width)` of b, four side by side for each k. */
const packPanel = (panel: Float64Array, k: number, width: number, b: Floats, start: number, row: number, column: number): void => {
  for (let j = 0; j < width; j++) for (let x = 0, at = start + j * column; x < k; x++, at += row) panel[4 * x + j] = b[at];
};

const tile1x4 = (k: number, a: Floats, a0: number, panel: Float64Array, out: Float64Array, at: number, width: number): void => {
  let s0 = 0,
    s1 = 0,
    s2 = 0,
    s3 = 0;
  for (let x = 0, p = 0; x < k; x++, p += 4) {
    const v = a[a0 + x];
    s0 += v * panel[p];
    s1 += v * panel[p + 1];
    s2 += v * panel[p + 2];
    s3 += v * panel[p + 3];
  }
  out[at] = s0;
  if (width > 1) out[at + 1] = s1;
  if (width > 2) out[at + 2] = s2;
  if (width > 3) out[at + 3] = s3;
};

const tile4x4 = (k: number, a: Floats, a0: number, panel: Float64Array, out: Float64Array, at: number, n: number): void => {
  const a1 = a0 + k,
    a2 = a1 + k,
    a3 = a2 + k;
  let s00 = 0,
    s01 = 0,
    s02 = 0,
    s03 = 0,
    s10 = 0,
    s11 = 0,
    s12 = 0,
    s13 = 0;
  let s20 = 0,
    s21 = 0,
    s22 = 0,
    s23 = 0,
    s30 = 0,
    s31 = 0,
    s32 = 0,
    s33 = 0;
  for (let x = 0, p = 0; x < k; x++, p += 4) {
    const b0 = panel[p],
      b1 = panel[p + 1],
      b2 = panel[p + 2],
      b3 = panel[p + 3];
    const v0 = a[a0 + x];
    s00 += v0 * b0;
    s01 += v0 * b1;
    s02 += v0 * b2;
    s03 += v0 * b3;
    const v1 = a[a1 + x];
    s10 += v1 * b0;
    s11 += v1 * b1;
    s12 += v1 * b2;
    s13 += v1 * b3;
    const v2 = a[a2 + x];
    s20 += v2 * b0;
    s21 += v2 * b1;
    s22 += v2 * b2;
    s23 += v2 * b3;
    const v3 = a[a3 + x];
    s30 += v3 * b0;
    s31 += v3 * b1;
    s32 += v3 * b2;
    s33 += v3 * b3;
  }
  out[at] = s00;
  out[at + 1] = s01;
  out[at + 2] = s02;
  out[at + 3] = s03;
  at += n;
  out[at] = s10;
  out[at + 1] = s11;
  out[at + 2] = s12;
  out[at + 3] = s13;
  at += n;
  out[at] = s20;
  out[at + 1] = s21;
  out[at + 2] = s22;
  out[at + 3] = s23;
  at += n;
  out[at] = s30;
  out[at + 1] = s31;
  out[at + 2] = s32;
  out[at + 3] = s33;
};
