import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { adopt, type Tensor } from '../../core/tensor/tensor.ts';
import type { DType, FloatDType } from '../../io/bytes/dtype.ts';
import { fromTensor, type RawTensor, toTensor } from '../../io/bytes/raw-tensor.ts';
import type { InputError } from '../../io/error/error.ts';

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Element types that an implementation may round its tensors to. */
export const STORAGE_TYPES: readonly FloatDType[] = ['F64', 'F32', 'F16', 'BF16'];

/** What carries results: a real number, or for the bytes of an image a byte. */
export type WireType = FloatDType | 'U8';
/** Element types that results may be sent in. */
export const WIRE_TYPES: readonly WireType[] = [...STORAGE_TYPES, 'U8'];
export const isWireType = (name: string): name is WireType => (WIRE_TYPES as readonly string[]).includes(name);

/** A float64 tensor over the frame's own memory; other types are widened. */
const received = (raw: RawTensor): E.Either<InputError, Tensor> => {
  const { dtype, shape, bytes } = raw;
  if (LITTLE && dtype === 'F64' && bytes.byteOffset % 8 === 0)
    return E.right(adopt(shape, new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)));
  if (LITTLE && dtype === 'F32' && bytes.byteOffset % 4 === 0)
    return E.right(adopt(shape, Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4))));
  return toTensor(raw);
};

/** The tensors of a frame as float64, or which of them cannot be, and why: its `format` is `memory` where that is what there is too little of. */
export const widened = (raws: Readonly<Record<string, RawTensor>>): E.Either<InputError, Tensors> => {
  const out: Record<string, Tensor> = Object.create(null);
  for (const [name, raw] of Object.entries(raws)) {
    const t = received(raw);
    if (E.isLeft(t)) return E.left({ ...t.left, message: `tensor ${name}: ${t.left.message}` });
    out[name] = t.right;
  }
  return E.right(out);
};

/**
 * The tensors of a frame as float64, exact.
 *
 * @example
 * const given = receive({ x: { dtype: 'BF16', shape: [1], bytes: Uint8Array.of(0xc0, 0x3f) } });
 * E.map(({ x }) => x.data[0])(given) // right(1.5)
 */
export const receive = (raws: Readonly<Record<string, RawTensor>>): E.Either<string, Tensors> =>
  E.mapLeft(({ message }: InputError) => message)(widened(raws));

/**
 * Tensors for the wire, rounded once to its type where it cannot hold them.
 *
 * @example
 * send({ x: tensor([1], [1.5]) }, 'BF16').x.bytes // [192, 63]
 */
export const send = (tensors: Tensors, wire: WireType): Readonly<Record<string, RawTensor>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, raw(t, wire)]));

const raw = (t: Tensor, wire: WireType): RawTensor => {
  if (wire === 'U8') return { dtype: wire, shape: t.shape, bytes: new Uint8Array(Uint8ClampedArray.from(t.data).buffer) };
  if (!LITTLE || wire !== 'F64') return fromTensor(t, wire);
  const copy = Float64Array.from(t.data);
  return { dtype: 'F64' satisfies DType, shape: t.shape, bytes: new Uint8Array(copy.buffer) };
};
