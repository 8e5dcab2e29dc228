import { last, type Shape, size } from '../../core/tensor/shape.ts';
import * as layout from '../kernels/layout.ts';
import * as code from '../kernels/operations.ts';
import type { BufferView } from './buffer-view.ts';
import { asRows, type Builder, contiguous, emit, fresh, place, share } from './builder.ts';
import type { Words } from './command.ts';

/** An operation on rows of neighbours, giving rows (`wide`) or one number a row. */
const rowwise =
  (operation: number, wide: boolean) =>
  (b: Builder, [x, ...vectors]: readonly BufferView[], factor: number): BufferView => {
    const n = last(x.shape);
    const out = fresh(b, wide ? x.shape : x.shape.slice(0, -1));
    const count = n === 0 ? size(out.shape) : size(x.shape) / n;
    const from = asRows(b, count, n, x);
    const chunk = share(b, count, Math.max(1, Math.ceil(1024 / Math.max(1, n))));
    const [gain, bias] = vectors.map((vector) => place(contiguous(b, vector)));
    const words: Words<'ROWS'> = {
      [layout.ROWS_COUNT]: count,
      [layout.ROWS_LENGTH]: n,
      [layout.ROWS_TASK_ROWS]: chunk,
      [layout.ROWS_X]: place(from),
      [layout.ROWS_X_ROW]: from.strides[0] * b.number,
      [layout.ROWS_OUT]: place(out),
      [layout.ROWS_OUT_ROW]: (wide ? n : 1) * b.number,
    };
    const further: Words<'NORM'> | undefined = vectors.length === 0 ? undefined : { [layout.NORM_GAIN]: gain, [layout.NORM_BIAS]: bias };
    emit(b, { operation, factor, words: { ...words, ...further } }, Math.ceil(count / chunk));
    return out;
  };

/** Softmax of each row. */
export const softmax = rowwise(code.SOFTMAX, true);
/** Logarithm of the softmax of each row. */
export const logSoftmax = rowwise(code.LOG_SOFTMAX, true);
/** LayerNorm of each row, with its gain and bias; the factor is eps. */
export const layerNorm = rowwise(code.LAYER_NORM, true);
/** The sum of each row, times the factor. */
export const sumRows = rowwise(code.SUM_ROWS, false);
/** The maximum of each row. */
export const maxRows = rowwise(code.MAX_ROWS, false);

/** Sums over the leading axes until the shape is `shape`, first element first. */
export const sumLeading = (b: Builder, shape: Shape, x: BufferView): BufferView => {
  const out = fresh(b, shape);
  const n = size(shape);
  const count = n === 0 ? 0 : size(x.shape) / n;
  const from = asRows(b, count, n, x);
  const chunk = share(b, n, 128 / b.number);
  const words: Words<'SUM_LEADING'> = {
    [layout.SUM_LEADING_COUNT]: count,
    [layout.SUM_LEADING_LENGTH]: n,
    [layout.SUM_LEADING_TASK_COLUMNS]: chunk,
    [layout.SUM_LEADING_X]: place(from),
    [layout.SUM_LEADING_X_ROW]: from.strides[0] * b.number,
    [layout.SUM_LEADING_OUT]: place(out),
  };
  emit(b, { operation: code.SUM_LEADING, words }, Math.ceil(n / chunk));
  return out;
};
