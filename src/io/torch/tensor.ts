import { type Shape, showShape, size, strides } from '../../core/tensor/shape.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { bytesOf, widen } from '../bytes/dtype.ts';
import { allocate, allocateBytes, checkExact } from '../bytes/raw-tensor.ts';
import { accept } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { readElements } from '../safetensors/stream.ts';
import type { TensorRef } from './pickle-value.ts';

/** Whether a view runs through its elements in row-major order without gap, so that it can be read as it lies. */
const isContiguous = ({ shape, stride }: TensorRef): boolean => {
  const dense = strides(shape);
  return shape.every((axis, i) => axis === 1 || stride[i] === dense[i]);
};

/** Copies the elements of a strided view, row-major, by `move(to, from)`. */
const gather = (shape: Shape, stride: readonly number[], move: (to: number, from: number) => void): void => {
  const index = new Array<number>(shape.length).fill(0);
  const count = size(shape);
  for (let to = 0, from = 0; to < count; to++) {
    move(to, from);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis] as number;
      if (++(index[axis] as number) < (shape[axis] as number)) break;
      from -= (stride[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
};

/** How a tensor is named in errors. */
const what = ({ dtype, shape, storage }: TensorRef): string =>
  `the tensor of ${dtype} ${showShape(shape)} in storage ${quoted(storage.key)}`;

/** The part of the storage that a view touches, in its own order. */
const span = async (ref: TensorRef, source: ByteSource, start: number): Promise<Uint8Array> => {
  const step = bytesOf(ref.dtype);
  const length = size(ref.shape) === 0 ? 0 : ref.shape.reduce((n, axis, i) => n + (axis - 1) * (ref.stride[i] as number), 1);
  const bytes = allocateBytes(length * step, what(ref));
  accept(await source.read(start + ref.offset * step, bytes)());
  return bytes;
};

/** The elements of a view, row-major, as stored. */
export const viewBytes = async (ref: TensorRef, source: ByteSource, start: number): Promise<Uint8Array> => {
  const stored = await span(ref, source, start);
  if (isContiguous(ref)) return stored;
  const step = bytesOf(ref.dtype);
  const out = allocateBytes(size(ref.shape) * step, what(ref));
  gather(ref.shape, ref.stride, (to, from) => {
    for (let b = 0; b < step; b++) out[to * step + b] = stored[from * step + b] as number;
  });
  return out;
};

/** The elements of a view, row-major, as float64; one that lies in order is widened straight from the file. */
export const viewElements = async (ref: TensorRef, source: ByteSource, start: number): Promise<Float64Array> => {
  if (isContiguous(ref)) return readElements(source, start + ref.offset * bytesOf(ref.dtype), ref.dtype, size(ref.shape), what(ref));
  const stored = await span(ref, source, start);
  const wide = allocate(stored.length / bytesOf(ref.dtype), what(ref));
  widen(ref.dtype, stored, wide);
  checkExact(ref.dtype, wide, what(ref));
  const out = allocate(size(ref.shape), what(ref));
  gather(ref.shape, ref.stride, (to, from) => {
    out[to] = wide[from] as number;
  });
  return out;
};
