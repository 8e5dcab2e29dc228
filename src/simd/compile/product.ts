import { type Shape, size } from '../../core/tensor/shape.ts';
import { permuteView } from '../../core/tensor/view.ts';
import * as code from '../kernels/operations.ts';
import type { BufferView } from './buffer-view.ts';
import { addBuffer, asRows, type Builder, contiguous, emit, fresh, type PackedMatrix, place, share } from './builder.ts';

/** What is done to a product of matrices before it leaves the registers. */
export interface Epilogue {
  /** Added to each row, `(N)`. */
  readonly bias?: BufferView;
  /** Added element by element, as many numbers as the product has. */
  readonly residual?: BufferView;
  readonly gelu?: boolean;
}

/** Bytes of a that should stay in the second-level cache while panels of b pass by. */
const ROWS_BYTES = 196_608;

/** Rows of a task at least: each task reads all its columns of b. */
const LEAST_ROWS = 16;

/** Columns of a panel. */
const panel = (b: Builder): number => 32 / b.number;
const padded = (b: Builder, n: number): number => Math.ceil(n / panel(b)) * panel(b);

/** Where each of `count` matrices of a stacked value begins, in bytes from the first. */
const starts = (b: Builder, { shape, strides }: BufferView): readonly number[] => {
  const axes = shape.slice(0, -2).map((length, axis) => ({ length, step: strides[axis] * b.number }));
  return axes.reduce<readonly number[]>(
    (offsets, { length, step }) => offsets.flatMap((offset) => Array.from({ length }, (_, i) => offset + i * step)),
    [0],
  );
};

/** A table of where the matrices of several values begin, value by value for each matrix. */
export const startTable = (b: Builder, values: readonly BufferView[]): BufferView => {
  const columns = values.map((value) => starts(b, value));
  const data = columns[0].flatMap((_, i) => columns.map((column) => column[i]));
  return { buffer: addBuffer(b, { kind: 'table', data }, data.length), shape: [data.length], strides: [1], offset: 0 };
};

/** b in panels: packed once where it never changes between uploads, else by a stage of its own. */
const packedOnce = (b: Builder, matrix: BufferView): BufferView => {
  const [k, n] = matrix.shape;
  const [row, column] = matrix.strides;
  const from = b.buffers[matrix.buffer].content.kind;
  const count = k * padded(b, n);
  const shape: Shape = [count];
  const view = (buffer: number): BufferView => ({ buffer, shape, strides: [1], offset: 0 });
  if (from === 'resident' || from === 'constant') {
    const laid: PackedMatrix = { k, n, offset: matrix.offset, row, column };
    const same = b.buffers.findIndex(
      ({ content: c }) => c.kind === 'packed' && c.of === matrix.buffer && JSON.stringify(c.matrix) === JSON.stringify(laid),
    );
    return view(same >= 0 ? same : addBuffer(b, { kind: 'packed', of: matrix.buffer, matrix: laid }, count));
  }
  const panels = fresh(b, shape);
  const chunk = share(b, padded(b, n), panel(b));
  const words = [n, k, chunk, place(matrix), row * b.number, column * b.number, place(panels)];
  emit(b, { operation: code.PACK, words }, size([k, n]) === 0 ? 0 : Math.ceil(n / chunk));
  return panels;
};

/** `a @ c + bias + residual`, then GELU: a `(…, M, K)`, c `(…, K, N)` → `(…, M, N)`, whatever their layout. */
export const product = (b: Builder, a: BufferView, c: BufferView, { bias, residual, gelu = false }: Epilogue = {}): BufferView => {
  const [m, k] = a.shape.slice(-2);
  const n = c.shape[c.shape.length - 1];
  const leading = a.shape.slice(0, -2);
  const count = size(leading);
  const out = fresh(b, [...leading, m, n]);
  if (size(out.shape) === 0) return out;
  const added = bias === undefined ? undefined : contiguous(b, bias);
  const kept = residual === undefined ? undefined : asRows(b, count * m, n, residual);
  const right = count === 1 ? packedOnce(b, { ...c, shape: [k, n], strides: c.strides.slice(-2) }) : c;
  const { rows, columns } = division(b, count, m, n, k);
  const keptRows = kept === undefined ? undefined : { ...kept, shape: out.shape, strides: keptStrides(out, kept) };
  const table = count === 1 ? undefined : startTable(b, [a, c, out, keptRows ?? out]);
  const [aRow, aStep] = a.strides.slice(-2);
  const [cRow, cColumn] = c.strides.slice(-2);
  const bytes = (elements: number): number => elements * b.number;
  const strips = wholeTiles(b, rows) * Math.min(k, code.DEPTH);
  b.scratch = Math.max(b.scratch, code.EDGE + bytes((count > 1 ? k * padded(b, columns) : 0) + strips));
  const words = [
    ...[m, n, k, rows, columns],
    ...[place(a), bytes(aRow), bytes(aStep)],
    ...[place(right), bytes(cRow), bytes(cColumn)],
    ...[place(out), bytes(n)],
    added === undefined ? 0 : place(added),
    ...(kept === undefined ? [0, 0] : [place(kept), bytes(kept.strides[0])]),
    gelu ? 1 : 0,
    table === undefined ? 0 : place(table),
    count === 1 ? 1 : 0,
  ];
  emit(b, { operation: code.GEMM, words }, count * Math.ceil(m / rows) * Math.ceil(n / columns));
  return out;
};

/** Strides of rows seen as the stacked matrices they are added to. */
const keptStrides = (out: BufferView, kept: BufferView): Shape =>
  out.strides.map((step, axis) => (axis === out.shape.length - 1 ? 1 : (step / out.shape[out.shape.length - 1]) * kept.strides[0]));

/** How a product is divided, so that every thread has tasks: by rows of a, of which no more than fit the cache, and by columns where rows are few. */
const division = (b: Builder, count: number, m: number, n: number, k: number): { readonly rows: number; readonly columns: number } => {
  const fit = Math.max(16, Math.floor(ROWS_BYTES / Math.max(1, k * b.number) / b.tileRows) * b.tileRows);
  const tasks = b.threads === 1 ? 1 : 4 * b.threads;
  const pieces = Math.max(Math.ceil(m / fit), Math.min(Math.ceil(tasks / count), Math.floor(m / LEAST_ROWS)));
  const rows = count === 1 ? evenRows(b, m, pieces) : wholeTiles(b, m / pieces);
  const wanted = Math.ceil(tasks / (count * Math.ceil(m / rows)));
  const columns = wanted <= 1 ? padded(b, n) : Math.max(4 * panel(b), padded(b, Math.ceil(n / wanted)));
  return { rows, columns };
};

const wholeTiles = (b: Builder, rows: number): number => Math.ceil(Math.ceil(rows) / b.tileRows) * b.tileRows;

/** Rows of a task, at least `pieces` tasks of them and not many more, so that threads that take them in turn end together: the last task is the rest. */
const evenRows = (b: Builder, m: number, pieces: number): number => {
  const candidates = Array.from({ length: Math.ceil(pieces / 2) + 1 }, (_, more) => wholeTiles(b, m / (pieces + more)));
  const longest = (rows: number): number => {
    const [all, rest] = [Math.floor(m / rows), m % rows];
    return Math.max(Math.ceil(all / b.threads) * rows, Math.floor(all / b.threads) * rows + rest);
  };
  return candidates.reduce((best, rows) => (longest(rows) < longest(best) ? rows : best));
};

const lastAxisPlain = (b: Builder, a: BufferView): BufferView =>
  a.shape[a.shape.length - 1] <= 1 || a.strides[a.strides.length - 1] === 1 ? a : contiguous(b, a);

/**
 * `softmax(scale · q kᵀ) v` for every head. Where heads are the second axis of four, the result is laid out token by token, `(B, M, h, e)`, which is
 * what the layer after it reads.
 */
export const attend = (b: Builder, scale: number, q: BufferView, k: BufferView, v: BufferView): BufferView => {
  const [m, d] = q.shape.slice(-2);
  const [n, e] = v.shape.slice(-2);
  const leading = q.shape.slice(0, -2);
  const heads = size(leading);
  const out = leading.length === 2 ? permuteView([0, 2, 1, 3], fresh(b, [leading[0], m, leading[1], e])) : fresh(b, [...leading, m, e]);
  if (size(out.shape) === 0) return out;
  const parts = [q, k, v].map((part) => lastAxisPlain(b, part));
  const tileRows = wholeTiles(b, Math.max(1, Math.min(32, 4 * Math.floor(8192 / b.number / Math.max(1, n)), m)));
  const wanted = b.threads === 1 ? 1 : Math.ceil((4 * b.threads) / heads);
  const chunk = Math.max(tileRows, Math.ceil(Math.ceil(m / wanted) / tileRows) * tileRows);
  const strips = tileRows * Math.min(Math.max(n, d), code.DEPTH);
  b.scratch = Math.max(b.scratch, code.EDGE + b.number * (padded(b, n) * d + padded(b, e) * n + tileRows * padded(b, n) + strips));
  const table = startTable(b, [...parts, out]);
  const rowOf = (view: BufferView): number => view.strides[view.strides.length - 2] * b.number;
  const words = [m, n, d, e, tileRows, chunk, ...[...parts, out].flatMap((part) => [place(part), rowOf(part)]), place(table)];
  emit(b, { operation: code.ATTENTION, factor: scale, words }, heads * Math.ceil(m / chunk));
  return out;
};
