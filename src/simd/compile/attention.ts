import { size } from '../../core/tensor/shape.ts';
import { permuteView } from '../../core/tensor/view.ts';
import * as layout from '../kernels/layout.ts';
import * as code from '../kernels/operations.ts';
import type { BufferView } from './buffer-view.ts';
import { type Builder, contiguous, emit, fresh, place } from './builder.ts';
import type { Words } from './command.ts';
import { padded, startTable, wholeTiles } from './product.ts';

const lastAxisPlain = (b: Builder, a: BufferView): BufferView =>
  a.shape[a.shape.length - 1] <= 1 || a.strides[a.strides.length - 1] === 1 ? a : contiguous(b, a);

/**
 * `softmax(scale · q kᵀ) v` for every head. Where heads are the second axis of four, the result is laid out token by token, `(B, M, h, e)`, which is
 * what the layer after it reads.
 */
export const attention = (b: Builder, scale: number, q: BufferView, k: BufferView, v: BufferView): BufferView => {
  const [m, d] = q.shape.slice(-2);
  const [n, e] = v.shape.slice(-2);
  const leading = q.shape.slice(0, -2);
  const heads = size(leading);
  const out = leading.length === 2 ? permuteView([0, 2, 1, 3], fresh(b, [leading[0], m, leading[1], e])) : fresh(b, [...leading, m, e]);
  if (size(out.shape) === 0) return out;
  const [queries, keys, values] = [q, k, v].map((part) => lastAxisPlain(b, part));
  const tileRows = wholeTiles(b, Math.max(1, Math.min(32, 4 * Math.floor(8192 / b.number / Math.max(1, n)), m)));
  const wanted = b.threads === 1 ? 1 : Math.ceil((4 * b.threads) / heads);
  const chunk = Math.max(tileRows, Math.ceil(Math.ceil(m / wanted) / tileRows) * tileRows);
  const strips = tileRows * Math.min(Math.max(n, d), code.DEPTH);
  b.scratch = Math.max(b.scratch, code.EDGE + b.number * (padded(b, n) * d + padded(b, e) * n + tileRows * padded(b, n) + strips));
  const table = startTable(b, {
    [layout.STARTS_ATTENTION_Q]: queries,
    [layout.STARTS_ATTENTION_K]: keys,
    [layout.STARTS_ATTENTION_V]: values,
    [layout.STARTS_ATTENTION_OUT]: out,
  });
  const rowOf = (view: BufferView): number => view.strides[view.strides.length - 2] * b.number;
  const words: Words<'ATTENTION'> = {
    [layout.ATTENTION_M]: m,
    [layout.ATTENTION_N]: n,
    [layout.ATTENTION_D]: d,
    [layout.ATTENTION_E]: e,
    [layout.ATTENTION_TILE_ROWS]: tileRows,
    [layout.ATTENTION_TASK_ROWS]: chunk,
    [layout.ATTENTION_Q]: place(queries),
    [layout.ATTENTION_Q_ROW]: rowOf(queries),
    [layout.ATTENTION_K]: place(keys),
    [layout.ATTENTION_K_ROW]: rowOf(keys),
    [layout.ATTENTION_V]: place(values),
    [layout.ATTENTION_V_ROW]: rowOf(values),
    [layout.ATTENTION_OUT]: place(out),
    [layout.ATTENTION_OUT_ROW]: rowOf(out),
    [layout.ATTENTION_TABLE]: place(table),
  };
  emit(b, { operation: code.ATTENTION, factor: scale, words }, heads * Math.ceil(m / chunk));
  return out;
};
