import { BF16, F8_E4M3, F8_E5M2, F16, type Minifloat, roundBits, widenBits } from './minifloat.ts';

/**
 * Element types of the safetensors format, up to 64 bits; `BOOL` is a byte, 0 or 1.
 *
 * Source: huggingface/safetensors: safetensors/src/tensor.rs Dtype.
 */
export type DType =
  | 'BOOL'
  | 'U8'
  | 'I8'
  | 'F8_E5M2'
  | 'F8_E4M3'
  | 'I16'
  | 'U16'
  | 'F16'
  | 'BF16'
  | 'I32'
  | 'U32'
  | 'F32'
  | 'I64'
  | 'U64'
  | 'F64';

/** Element types that hold real numbers and that tensors may be rounded to when written. */
export type FloatDType = 'F64' | 'F32' | 'F16' | 'BF16';

interface Encoding {
  readonly bytes: number;
  /** The element at a byte position, as float64. */
  readonly read: (view: DataView, at: number) => number;
}

const mini = (bytes: 1 | 2, format: Minifloat): Encoding => ({
  bytes,
  read: (view, at) => widenBits(format, bytes === 1 ? view.getUint8(at) : view.getUint16(at, true)),
});

const encodings: { readonly [D in DType]: Encoding } = {
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  F8_E5M2: mini(1, F8_E5M2),
  F8_E4M3: mini(1, F8_E4M3),
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  U16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  F16: mini(2, F16),
  BF16: mini(2, BF16),
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  U32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  U64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

/** Every element type, in order of size. */
export const dtypes = Object.keys(encodings) as readonly DType[];

/**
 * Whether a text is the name of an element type, as the safetensors format writes it.
 *
 * @example
 * ['BF16', 'bfloat16'].map(isDType) // [true, false]
 */
export const isDType = (name: string): name is DType => Object.hasOwn(encodings, name);

/**
 * Bytes that one element takes in a file.
 *
 * @example
 * dtypes.filter((dtype) => bytesOf(dtype) === 2) // ['I16', 'U16', 'F16', 'BF16']
 */
export const bytesOf = (dtype: DType): number => encodings[dtype].bytes;

/** Whether this machine keeps the high byte first, which no file read here does. */
export const bigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** The same elements as an array of the machine's own, where they lie as it wants them: much faster than one by one. */
const native = (dtype: DType, bytes: Uint8Array): Float32Array | Float64Array | undefined => {
  if (bigEndian || (dtype !== 'F32' && dtype !== 'F64') || bytes.byteOffset % bytesOf(dtype) !== 0) return undefined;
  const count = Math.floor(bytes.byteLength / bytesOf(dtype));
  return dtype === 'F32'
    ? new Float32Array(bytes.buffer, bytes.byteOffset, count)
    : new Float64Array(bytes.buffer, bytes.byteOffset, count);
};

/**
 * Widens little-endian elements to float64, `out[from + i] = bytes[i]`. Exact, but for 64-bit integers beyond ±2^53,
 * which are rounded.
 */
export const widen = (dtype: DType, bytes: Uint8Array, out: Float64Array, from = 0): void => {
  const ready = native(dtype, bytes);
  if (ready !== undefined) {
    out.set(ready, from);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { bytes: step, read } = encodings[dtype];
  const count = Math.floor(bytes.byteLength / step);
  for (let i = 0; i < count; i++) out[from + i] = read(view, i * step);
};

const writers: { readonly [D in FloatDType]: (view: DataView, at: number, x: number) => void } = {
  F64: (view, at, x) => view.setFloat64(at, x, true),
  F32: (view, at, x) => view.setFloat32(at, x, true),
  F16: (view, at, x) => view.setUint16(at, roundBits(F16, x), true),
  BF16: (view, at, x) => view.setUint16(at, roundBits(BF16, x), true),
};

/** Little-endian elements, each rounded once from float64 to the nearest of its type, ties to even. */
export const narrow = (dtype: FloatDType, numbers: ArrayLike<number>): Uint8Array => {
  const step = bytesOf(dtype);
  const out = new Uint8Array(numbers.length * step);
  const ready = native(dtype, out);
  if (ready !== undefined) {
    ready.set(numbers);
    return out;
  }
  const view = new DataView(out.buffer);
  const write = writers[dtype];
  for (let i = 0; i < numbers.length; i++) write(view, i * step, numbers[i] as number);
  return out;
};
