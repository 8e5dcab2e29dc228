import { madd, tileRows } from '../lanes.ts';

/**
 * Four rows, or five, by one panel of `Σ_k a[i, k] · b[k, j]`, k ascending, one accumulator an element: eight registers of sums, or ten.
 * Sums start at 0, or where `c` stands unless `first`. `bias` and `r` (a residual), where not 0, are added after the last product.
 *
 * One k a turn: V8 keeps the order of few instructions, and of more it keeps too many values.
 *
 * @param k number of products
 * @param a the strip: its rows for each k
 * @param p the panel: a row of columns for each k
 * @param c the result, `cRow` bytes from row to row
 */
export function tile<T>(k: i32, a: usize, p: usize, c: usize, cRow: usize, first: bool, bias: usize, r: usize, rRow: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  let s40 = s00;
  let s41 = s00;
  const five = tileRows() === 5;
  if (!first) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    s10 = v128.load(c + cRow);
    s11 = v128.load(c + cRow, 16);
    s20 = v128.load(c + 2 * cRow);
    s21 = v128.load(c + 2 * cRow, 16);
    s30 = v128.load(c + 3 * cRow);
    s31 = v128.load(c + 3 * cRow, 16);
    if (five) {
      s40 = v128.load(c + 4 * cRow);
      s41 = v128.load(c + 4 * cRow, 16);
    }
  }
  const end = p + 32 * (k as usize);
  while (p !== end) {
    const b0 = v128.load(p);
    const b1 = v128.load(p, 16);
    const v0 = v128.load_splat<T>(a);
    s00 = madd<T>(v0, b0, s00);
    s01 = madd<T>(v0, b1, s01);
    const v1 = v128.load_splat<T>(a, sizeof<T>());
    s10 = madd<T>(v1, b0, s10);
    s11 = madd<T>(v1, b1, s11);
    const v2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    s20 = madd<T>(v2, b0, s20);
    s21 = madd<T>(v2, b1, s21);
    const v3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    s30 = madd<T>(v3, b0, s30);
    s31 = madd<T>(v3, b1, s31);
    if (five) {
      const v4 = v128.load_splat<T>(a, 4 * sizeof<T>());
      s40 = madd<T>(v4, b0, s40);
      s41 = madd<T>(v4, b1, s41);
    }
    a += (tileRows() as usize) * sizeof<T>();
    p += 32;
  }
  if (bias !== 0) {
    const b0 = v128.load(bias);
    const b1 = v128.load(bias, 16);
    s00 = v128.add<T>(s00, b0);
    s01 = v128.add<T>(s01, b1);
    s10 = v128.add<T>(s10, b0);
    s11 = v128.add<T>(s11, b1);
    s20 = v128.add<T>(s20, b0);
    s21 = v128.add<T>(s21, b1);
    s30 = v128.add<T>(s30, b0);
    s31 = v128.add<T>(s31, b1);
    if (five) {
      s40 = v128.add<T>(s40, b0);
      s41 = v128.add<T>(s41, b1);
    }
  }
  if (r !== 0) {
    s00 = v128.add<T>(s00, v128.load(r));
    s01 = v128.add<T>(s01, v128.load(r, 16));
    r += rRow;
    s10 = v128.add<T>(s10, v128.load(r));
    s11 = v128.add<T>(s11, v128.load(r, 16));
    r += rRow;
    s20 = v128.add<T>(s20, v128.load(r));
    s21 = v128.add<T>(s21, v128.load(r, 16));
    r += rRow;
    s30 = v128.add<T>(s30, v128.load(r));
    s31 = v128.add<T>(s31, v128.load(r, 16));
    if (five) {
      r += rRow;
      s40 = v128.add<T>(s40, v128.load(r));
      s41 = v128.add<T>(s41, v128.load(r, 16));
    }
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  c += cRow;
  v128.store(c, s10);
  v128.store(c, s11, 16);
  c += cRow;
  v128.store(c, s20);
  v128.store(c, s21, 16);
  c += cRow;
  v128.store(c, s30);
  v128.store(c, s31, 16);
  if (five) {
    c += cRow;
    v128.store(c, s40);
    v128.store(c, s41, 16);
  }
}
