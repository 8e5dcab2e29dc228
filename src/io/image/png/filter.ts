/** A guess of a byte from its neighbours: `a` to the left, `b` above, `c` above to the left (PNG specification, 9.2). */
export type Predictor = (a: number, b: number, c: number) => number;

const paeth: Predictor = (a, b, c) => {
  const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
};

/** The five filters by their number: none, sub, up, average, Paeth. */
export const predictors: readonly Predictor[] = [() => 0, (a) => a, (_, b) => b, (a, b) => (a + b) >> 1, paeth];

/**
 * Undoes the filters of `height` rows, in place: each row is a filter number and `rowBytes` bytes, starting at `start`.
 *
 * @param step bytes from a pixel to its left neighbour, at least 1
 * @returns the first row whose filter number PNG does not have, or -1
 */
export const unfilter = (data: Uint8Array, start: number, height: number, rowBytes: number, step: number): number => {
  for (let y = 0; y < height; y++) {
    const row = start + y * (rowBytes + 1) + 1;
    const above = row - rowBytes - 1;
    const number = data[row - 1] as number;
    const predict = predictors[number];
    if (predict === undefined) return y;
    if (number === 0) continue;
    for (let i = 0; i < rowBytes; i++) {
      const a = i < step ? 0 : (data[row + i - step] as number);
      const b = y === 0 ? 0 : (data[above + i] as number);
      const c = y === 0 || i < step ? 0 : (data[above + i - step] as number);
      data[row + i] = (data[row + i] as number) + predict(a, b, c);
    }
  }
  return -1;
};
