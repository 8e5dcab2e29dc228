import { type Shape, size } from '../../core/tensor/shape.ts';
import type { Floats } from '../../core/tensor/tensor.ts';
import { isContiguous, type JoinedAxis, joinAxes, reshapeView } from '../../core/tensor/view.ts';
import * as layout from '../kernels/layout.ts';
import * as code from '../kernels/operations.ts';
import { type BufferView, bufferView } from './buffer-view.ts';
import type { Command, Place, Stage, Words } from './command.ts';

/** Bytes of a number. */
export type NumberBytes = 4 | 8;

/**
 * What a buffer holds and how long:
 * - `scratch`: from the first stage that names it to the last;
 * - `input`: from the upload before each run to the last stage that names it;
 * - `resident`: an input, from its upload through all runs; `state`: one that every run replaces;
 * - `packed`: a matrix of a resident input or of a constant, laid out for `gemm` when it is uploaded;
 * - `constant`: numbers of the program; `table`: offsets in bytes, of 32 bits each.
 */
export type Content =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'input' | 'resident' | 'state'; readonly name: string }
  | { readonly kind: 'packed'; readonly of: number; readonly matrix: PackedMatrix }
  | { readonly kind: 'constant'; readonly data: Floats }
  | { readonly kind: 'table'; readonly data: readonly number[] };

/** `k` rows and `n` columns inside a buffer, from element `offset`, `row` and `column` elements apart. */
export interface PackedMatrix {
  readonly k: number;
  readonly n: number;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

export interface Buffer {
  readonly content: Content;
  readonly bytes: number;
}

/** Where lowering writes: buffers and stages so far. The one mutable thing of a compilation, gone when it ends. */
export interface Builder {
  readonly number: NumberBytes;
  readonly threads: number;
  /** Rows of a tile of a product: what rows are divided into. */
  readonly tileRows: number;
  readonly buffers: Buffer[];
  readonly stages: Stage[];
  /** Most bytes that one task of any stage needs for itself. */
  scratch: number;
}

export const builder = (number: NumberBytes, threads: number, fused: boolean): Builder => ({
  number,
  threads,
  tileRows: fused ? code.FUSED_TILE_ROWS : code.TILE_ROWS,
  buffers: [],
  stages: [],
  scratch: code.EDGE,
});

/** A new buffer of `count` numbers. */
export const addBuffer = (b: Builder, content: Content, count: number): number =>
  b.buffers.push({ content, bytes: count * (content.kind === 'table' ? 4 : b.number) }) - 1;

/** A new row-major value, not yet computed. */
export const fresh = (b: Builder, shape: Shape): BufferView => bufferView(addBuffer(b, { kind: 'scratch' }, size(shape)), shape);

export const place = ({ buffer, offset }: BufferView, further = 0): Place => ({ buffer, offset: offset + further });

/** One stage of one command; nothing where there is nothing to do. */
export const emit = (b: Builder, command: Command, tasks: number): void => {
  if (tasks > 0) b.stages.push({ commands: [command], tasks });
};

/** Tasks a thread should have at least, so that one that starts late or is slower does less. */
const TASKS = 4;

/** How many of `total` equal pieces one task takes: all with one thread, else a multiple of `grain` that gives every thread some tasks. */
export const share = (b: Builder, total: number, grain: number): number => {
  if (b.threads === 1) return Math.max(1, total);
  const even = Math.ceil(total / (TASKS * b.threads));
  return Math.max(grain, Math.ceil(even / grain) * grain);
};

/** The words of the axes of an elementwise operation, whose operands are `out`, `a` and `b`. */
const axisWords = (b: Builder, axes: readonly JoinedAxis[]): Readonly<Record<number, number>> => {
  const words: Record<number, number> = {};
  for (const [i, { length, steps }] of axes.toReversed().entries()) {
    const first = layout.AXIS_FIRST + i * layout.AXIS_WORDS;
    words[first + layout.AXIS_LENGTH] = length;
    words[first + layout.AXIS_OUT] = steps[0] * b.number;
    words[first + layout.AXIS_A] = steps[1] * b.number;
    words[first + layout.AXIS_B] = steps[2] * b.number;
  }
  return words;
};

/** `out[i] = kind(a[i], b[i])` over all elements of `out`, however the operands are laid out. */
export const elementwise = (b: Builder, kind: number, out: BufferView, a?: BufferView, other?: BufferView, factor?: number): BufferView => {
  const operands = [out, a ?? out, other ?? a ?? out];
  const joined = joinAxes(
    out.shape,
    operands.map((view) => view.strides),
  );
  const axes = joined.length > 0 ? joined : [{ length: 1, steps: operands.map(() => 1) }];
  const total = size(out.shape);
  const chunk = share(b, total, 4096);
  const words: Words<'ELEMENTWISE'> = {
    [layout.ELEMENTWISE_COUNT]: total,
    [layout.ELEMENTWISE_TASK_COUNT]: chunk,
    [layout.ELEMENTWISE_AXES]: axes.length,
    [layout.ELEMENTWISE_OUT]: place(operands[0]),
    [layout.ELEMENTWISE_A]: place(operands[1]),
    [layout.ELEMENTWISE_B]: place(operands[2]),
  };
  const command = { operation: code.ELEMENTWISE, kind, words: { ...words, ...axisWords(b, axes) } };
  emit(b, factor === undefined ? command : { ...command, factor }, Math.ceil(total / chunk));
  return out;
};

/** The same numbers side by side, row-major: itself where they are already. */
export const contiguous = (b: Builder, a: BufferView): BufferView =>
  isContiguous(a) ? a : elementwise(b, code.COPY, fresh(b, a.shape), a);

/** The same numbers in another shape, moved where they must be. */
export const reshaped = (b: Builder, shape: Shape, a: BufferView): BufferView =>
  reshapeView(shape, a) ?? (reshapeView(shape, contiguous(b, a)) as BufferView);

/** A value as rows whose numbers are neighbours: `(rows, n)`. */
export const asRows = (b: Builder, count: number, n: number, a: BufferView): BufferView => {
  const seen = reshapeView([count, n], a);
  return seen !== undefined && (n <= 1 || seen.strides[1] === 1) ? seen : reshaped(b, [count, n], contiguous(b, a));
};
