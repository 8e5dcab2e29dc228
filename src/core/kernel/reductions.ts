import type { Floats } from '../tensor/tensor.ts';

/** Maximum of `a[start, start + n)`; NaN if any is NaN. */
export const maxOf = (a: Floats, start: number, n: number): number => {
  let m = Number.NEGATIVE_INFINITY;
  for (let j = start; j < start + n; j++) m = Math.max(m, a[j]);
  return m;
};

/** Sum of `a[start, start + n)`, ascending. */
export const sumOf = (a: Floats, start: number, n: number): number => {
  let s = 0;
  for (let j = start; j < start + n; j++) s += a[j];
  return s;
};
