import type * as E from 'fp-ts/lib/Either.js';
import { type Shape, showShape, size } from '../../core/tensor/shape.ts';
import { adopt, type Tensor } from '../../core/tensor/tensor.ts';
import type { InputError } from '../error/error.ts';
import { attempt, refuse } from '../error/refusal.ts';
import { bigEndian, bytesOf, type DType, type FloatDType, narrow, widen } from './dtype.ts';

/** A tensor as a file holds it: row-major, little-endian. `bytes` may be a view of the file's own memory. */
export interface RawTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  /** As many as the shape takes: the product of its axes times `bytesOf(dtype)`. */
  readonly bytes: Uint8Array;
}

/** Bytes that a shape of a type takes; not a safe integer when too large. */
export const byteLength = (dtype: DType, shape: Shape): number => size(shape) * bytesOf(dtype);

const checkLength = (raw: RawTensor): void => {
  if (raw.bytes.byteLength !== byteLength(raw.dtype, raw.shape))
    refuse('tensor', `${raw.dtype} ${showShape(raw.shape)} takes ${byteLength(raw.dtype, raw.shape)} bytes, got ${raw.bytes.byteLength}`);
};

const room = <A>(make: () => A, what: string, bytes: number): A => {
  try {
    return make();
  } catch {
    return refuse('memory', `${what} takes ${bytes} bytes, more than can be allocated here`);
  }
};

/** A fresh array, or the end of the surrounding attempt when the machine has no room for it. */
export const allocate = (elements: number, what: string): Float64Array =>
  room(() => new Float64Array(elements), `${what} as float64`, elements * 8);

/** Bytes in memory that no threads share: `Uint8Array<ArrayBuffer>`, which TypeScript can say since 5.7. */
export type OwnBytes = ReturnType<typeof Uint8Array.of>;

/** Fresh bytes, or the end of the surrounding attempt when the machine has no room for them. */
export const allocateBytes = (length: number, what: string): OwnBytes => room(() => new Uint8Array(length), what, length);

/** Refuses 64-bit integers that float64 cannot hold, where `numbers` are the widened elements from index `from` on. */
export const checkExact = (dtype: DType, numbers: Float64Array, what: string): void => {
  if (dtype !== 'I64' && dtype !== 'U64') return;
  const bad = numbers.findIndex((x) => Math.abs(x) > Number.MAX_SAFE_INTEGER);
  if (bad >= 0)
    refuse('tensor', `${what}: element ${bad} is an integer beyond 2^53, which float64 cannot hold; read the raw tensor instead`);
};

/**
 * The tensor as float64, exact: F32, F16, BF16 and the 8-bit floats widen without rounding, integers as far as float64 holds them.
 *
 * @returns `Left` when the bytes do not fit the shape, or a 64-bit integer is beyond ±2^53 (use `typedArray`).
 * @example
 * toTensor({ dtype: 'BF16', shape: [1], bytes: Uint8Array.of(0x80, 0x3f) }) // Right({ shape: [1], data: [1] })
 */
export const toTensor = (raw: RawTensor): E.Either<InputError, Tensor> =>
  attempt(() => {
    checkLength(raw);
    const what = `${raw.dtype} ${showShape(raw.shape)}`;
    const out = allocate(size(raw.shape), what);
    widen(raw.dtype, raw.bytes, out);
    checkExact(raw.dtype, out, what);
    return adopt([...raw.shape], out);
  });

/**
 * A tensor in the form of a file: each element rounded once from float64 to `dtype`, to nearest, ties to even. What is too large for
 * `dtype` becomes infinity, as in IEEE 754; `saveWeights` refuses such numbers.
 *
 * @example
 * fromTensor(tensor([2], [1, 65520]), 'F16').bytes // [0x00, 0x3c, 0x00, 0x7c]
 * E.map((t) => t.data)(toTensor(fromTensor(tensor([2], [1, 65520]), 'F16'))) // right([1, Infinity])
 */
export const fromTensor = (tensor: Tensor, dtype: FloatDType = 'F64'): RawTensor => ({
  dtype,
  shape: tensor.shape,
  bytes: narrow(dtype, tensor.data),
});

/** Arrays whose elements are those of a file: 64-bit integers are `bigint`, 8- and 16-bit floats are their bit patterns. */
export type ElementArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

const arrays: { readonly [D in DType]: new (buffer: ArrayBuffer) => ElementArray } = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  F8_E5M2: Uint8Array,
  F8_E4M3: Uint8Array,
  I16: Int16Array,
  U16: Uint16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F64: Float64Array,
};

/**
 * The elements as the file's own type, copied.
 *
 * @returns `Left` when the bytes do not fit the shape.
 * @example
 * typedArray({ dtype: 'I32', shape: [1], bytes: Uint8Array.of(255, 255, 255, 255) }) // Right([-1])
 */
export const typedArray = (raw: RawTensor): E.Either<InputError, ElementArray> =>
  attempt(() => {
    checkLength(raw);
    const copy = raw.bytes.slice();
    if (bigEndian) for (let at = 0, step = bytesOf(raw.dtype); at < copy.length; at += step) copy.subarray(at, at + step).reverse();
    return new arrays[raw.dtype](copy.buffer);
  });
