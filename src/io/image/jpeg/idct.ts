/*
 * The inverse DCT that libjpeg calls `islow` (Loeffler, Ligtenberg & Moschytz 1989) adds and multiplies whole numbers and rounds once a
 * pass. Before the rounding it is therefore a matrix of integers: 2^13 · √2 · cos(kπ/16), each off by what its factorisation makes of
 * the twelve constants rounded to 13 bits (`libjpeg-turbo: jidctint.c`). The same matrix gives the same bits.
 */
const HALF = 8192;

/** Rounds `x / 2^bits` to the nearest, halves up. */
const descale = (x: number, bits: number): number => (x + (1 << (bits - 1))) >> bits;

/** One pass over eight numbers of `data`, `step` apart, in place. */
const pass = (data: Int32Array, from: number, step: number, bits: number): void => {
  const x0 = data[from] as number;
  const x1 = data[from + step] as number;
  const x2 = data[from + 2 * step] as number;
  const x3 = data[from + 3 * step] as number;
  const x4 = data[from + 4 * step] as number;
  const x5 = data[from + 5 * step] as number;
  const x6 = data[from + 6 * step] as number;
  const x7 = data[from + 7 * step] as number;
  const sum = (x0 + x4) * HALF;
  const difference = (x0 - x4) * HALF;
  const wide = 10703 * x2 + 4433 * x6;
  const narrow = 4433 * x2 - 10704 * x6;
  const odd0 = 11363 * x1 + 9633 * x3 + 6437 * x5 + 2260 * x7;
  const odd1 = 9633 * x1 - 2259 * x3 - 11362 * x5 - 6436 * x7;
  const odd2 = 6437 * x1 - 11362 * x3 + 2261 * x5 + 9633 * x7;
  const odd3 = 2260 * x1 - 6436 * x3 + 9633 * x5 - 11363 * x7;
  data[from] = descale(sum + wide + odd0, bits);
  data[from + step] = descale(difference + narrow + odd1, bits);
  data[from + 2 * step] = descale(difference - narrow + odd2, bits);
  data[from + 3 * step] = descale(sum - wide + odd3, bits);
  data[from + 4 * step] = descale(sum - wide - odd3, bits);
  data[from + 5 * step] = descale(difference - narrow - odd2, bits);
  data[from + 6 * step] = descale(difference + narrow - odd1, bits);
  data[from + 7 * step] = descale(sum + wide - odd0, bits);
};

/**
 * The samples of a plane, `rows · 8` by `columns · 8`, from its coefficients (64 a block) and the steps they were divided by.
 */
export const samples = (coefficients: Int16Array, steps: Uint16Array, columns: number, rows: number): Uint8ClampedArray => {
  const width = columns * 8;
  const out = new Uint8ClampedArray(rows * 8 * width);
  const block = new Int32Array(64);
  for (let n = 0; n < columns * rows; n++) {
    for (let i = 0; i < 64; i++) block[i] = (coefficients[n * 64 + i] as number) * (steps[i] as number);
    for (let column = 0; column < 8; column++) pass(block, column, 8, 11);
    for (let row = 0; row < 8; row++) pass(block, row * 8, 1, 18);
    const corner = Math.floor(n / columns) * 8 * width + (n % columns) * 8;
    for (let i = 0; i < 64; i++) out[corner + (i >> 3) * width + (i & 7)] = (block[i] as number) + 128;
  }
  return out;
};
