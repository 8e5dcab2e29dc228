import { type Shape, size } from '../../core/tensor/shape.ts';
import * as layout from '../kernels/layout.ts';
import * as code from '../kernels/operations.ts';
import { type BufferView, bufferView } from './buffer-view.ts';
import { addBuffer, asRows, type Builder, contiguous, emit, fresh, type PackedMatrix, place, share } from './builder.ts';
import type { ByWord, Words } from './command.ts';

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
/** As many columns as whole panels for `n` have. */
export const padded = (b: Builder, n: number): number => Math.ceil(n / panel(b)) * panel(b);

/** Where each of `count` matrices of a stacked value begins, in bytes from the first. */
const starts = (b: Builder, { shape, strides }: BufferView): readonly number[] => {
  const axes = shape.slice(0, -2).map((length, axis) => ({ length, step: strides[axis] * b.number }));
  return axes.reduce<readonly number[]>(
    (offsets, { length, step }) => offsets.flatMap((offset) => Array.from({ length }, (_, i) => offset + i * step)),
    [0],
  );
};

/** A table of where the matrices of several values begin: for each matrix an entry, the values in the order of their words. */
export const startTable = (b: Builder, values: ByWord<'STARTS_GEMM' | 'STARTS_ATTENTION', BufferView>): BufferView => {
  const columns = Object.values(values).map((value) => starts(b, value));
  const data = columns[0].flatMap((_, i) => columns.map((column) => column[i]));
  return bufferView(addBuffer(b, { kind: 'table', data }, data.length), [data.length]);
};

/** b in panels: packed once where it never changes between uploads, else by a stage of its own. */
const packedOnce = (b: Builder, matrix: BufferView): BufferView => {
  const [k, n] = matrix.shape;
  const [row, column] = matrix.strides;
  const from = b.buffers[matrix.buffer].content.kind;
  const count = k * padded(b, n);
  if (from === 'resident' || from === 'constant') {
    const laid: PackedMatrix = { k, n, offset: matrix.offset, row, column };
    const same = b.buffers.findIndex(
      ({ content: c }) => c.kind === 'packed' && c.of === matrix.buffer && JSON.stringify(c.matrix) === JSON.stringify(laid),
    );
    return bufferView(same >= 0 ? same : addBuffer(b, { kind: 'packed', of: matrix.buffer, matrix: laid }, count), [count]);
  }
  const panels = fresh(b, [count]);
  const chunk = share(b, padded(b, n), panel(b));
  const words: Words<'PACK'> = {
    [layout.PACK_N]: n,
    [layout.PACK_K]: k,
    [layout.PACK_TASK_COLUMNS]: chunk,
    [layout.PACK_B]: place(matrix),
    [layout.PACK_B_ROW]: row * b.number,
    [layout.PACK_B_COLUMN]: column * b.number,
    [layout.PACK_PANELS]: place(panels),
  };
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
  const operands = {
    [layout.STARTS_GEMM_A]: a,
    [layout.STARTS_GEMM_B]: c,
    [layout.STARTS_GEMM_C]: out,
    [layout.STARTS_GEMM_RESIDUAL]: keptRows ?? out,
  };
  const table = count === 1 ? undefined : startTable(b, operands);
  const [aRow, aColumn] = a.strides.slice(-2);
  const [cRow, cColumn] = c.strides.slice(-2);
  const bytes = (elements: number): number => elements * b.number;
  const strips = wholeTiles(b, rows) * Math.min(k, code.DEPTH);
  b.scratch = Math.max(b.scratch, code.EDGE + bytes((count > 1 ? k * padded(b, columns) : 0) + strips));
  const words: Words<'GEMM'> = {
    [layout.GEMM_M]: m,
    [layout.GEMM_N]: n,
    [layout.GEMM_K]: k,
    [layout.GEMM_TASK_ROWS]: rows,
    [layout.GEMM_TASK_COLUMNS]: columns,
    [layout.GEMM_A]: place(a),
    [layout.GEMM_A_ROW]: bytes(aRow),
    [layout.GEMM_A_COLUMN]: bytes(aColumn),
    [layout.GEMM_B]: place(right),
    [layout.GEMM_B_ROW]: bytes(cRow),
    [layout.GEMM_B_COLUMN]: bytes(cColumn),
    [layout.GEMM_C]: place(out),
    [layout.GEMM_C_ROW]: bytes(n),
    [layout.GEMM_BIAS]: added === undefined ? 0 : place(added),
    [layout.GEMM_RESIDUAL]: kept === undefined ? 0 : place(kept),
    [layout.GEMM_RESIDUAL_ROW]: kept === undefined ? 0 : bytes(kept.strides[0]),
    [layout.GEMM_GELU]: gelu ? 1 : 0,
    [layout.GEMM_TABLE]: table === undefined ? 0 : place(table),
    [layout.GEMM_PACKED]: count === 1 ? 1 : 0,
  };
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

/** As many rows as whole tiles for `rows` have. */
export const wholeTiles = (b: Builder, rows: number): number => Math.ceil(Math.ceil(rows) / b.tileRows) * b.tileRows;

/** Rows of a task, at least `pieces` tasks of them and not many more, so that threads that take them in turn end together: the last task is the rest. */
const evenRows = (b: Builder, m: number, pieces: number): number => {
  const candidates = Array.from({ length: Math.ceil(pieces / 2) + 1 }, (_, more) => wholeTiles(b, m / (pieces + more)));
  const longest = (rows: number): number => {
    const [all, rest] = [Math.floor(m / rows), m % rows];
    return Math.max(Math.ceil(all / b.threads) * rows, Math.floor(all / b.threads) * rows + rest);
  };
  return candidates.reduce((best, rows) => (longest(rows) < longest(best) ? rows : best));
};
