import type { Floats } from '../../core/tensor/tensor.ts';
import type { PackedMatrix } from '../compile/builder.ts';

/** The numbers of a plan's memory. */
export type Numbers = Float64Array | Float32Array;

/** Numbers as they are. */
export const upload = (to: Numbers, data: Floats): void => to.set(data);

/** A matrix in panels of `width` columns, as `kernels/gemm/pack.ts` lays it: for each panel, for each row, its columns; zeros beyond the last. */
export const uploadPacked = (to: Numbers, data: Floats, { k, n, offset, row, column }: PackedMatrix, width: number): void => {
  let at = 0;
  for (let j = 0; j < n; j += width) {
    const columns = Math.min(width, n - j);
    for (let i = 0; i < k; i++) {
      const from = offset + i * row + j * column;
      for (let x = 0; x < columns; x++) to[at + x] = data[from + x * column];
      for (let x = columns; x < width; x++) to[at + x] = 0;
      at += width;
    }
  }
};
