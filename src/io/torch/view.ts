import { type Shape, showShape, size } from '../../core/tensor/shape.ts';
import { bytesOf, type DType } from '../bytes/dtype.ts';
import { refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { describe, isList, isTagged, type PickleValue, type Storage, type TensorRef } from './pickle-value.ts';

const FORMAT = 'torch checkpoint';
const MAX_RANK = 64;

/** Classes of storages with the type of their elements. */
export const storages: Readonly<Record<string, DType | undefined>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.storage.UntypedStorage': undefined,
};

/** Types by their names. */
export const types: Readonly<Record<string, DType>> = {
  'torch.float64': 'F64',
  'torch.float32': 'F32',
  'torch.float16': 'F16',
  'torch.bfloat16': 'BF16',
  'torch.float8_e5m2': 'F8_E5M2',
  'torch.float8_e4m3fn': 'F8_E4M3',
  'torch.int64': 'I64',
  'torch.int32': 'I32',
  'torch.int16': 'I16',
  'torch.int8': 'I8',
  'torch.uint64': 'U64',
  'torch.uint32': 'U32',
  'torch.uint16': 'U16',
  'torch.uint8': 'U8',
  'torch.bool': 'BOOL',
};

const count = (value: PickleValue | undefined, what: string): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuse(FORMAT, `${what} is ${describe(value)}, not a count`);

/** A tuple of counts. */
export const counts = (value: PickleValue | undefined, what: string): readonly number[] =>
  isList(value) && value.length <= MAX_RANK
    ? value.map((n) => count(n, what))
    : refuse(FORMAT, `${what} is ${describe(value)}, not a tuple of at most ${MAX_RANK} counts`);

/** Largest index that a view touches; -1 when it has no element. */
const reach = (shape: Shape, stride: readonly number[], offset: number): number =>
  shape.includes(0) ? -1 : shape.reduce((at, axis, i) => at + (axis - 1) * (stride[i] as number), offset);

/** A tensor as a view of its storage, inside of it. */
export const view = (
  storage: PickleValue | undefined,
  offset: PickleValue | undefined,
  sizes: PickleValue | undefined,
  steps: PickleValue | undefined,
  named?: DType,
): TensorRef => {
  if (!isTagged(storage, 'Storage')) return refuse(FORMAT, `a tensor's storage is ${describe(storage)}`);
  const what = `a tensor in storage ${quoted(storage.key)}`;
  const dtype = storage.dtype ?? named ?? refuse(FORMAT, `${what} has no type`);
  const shape = counts(sizes, `the shape of ${what}`);
  const stride = counts(steps, `the stride of ${what}`);
  const from = count(offset, `the offset of ${what}`);
  if (stride.length !== shape.length) return refuse(FORMAT, `${what} has shape ${showShape(shape)} and stride ${showShape(stride)}`);
  const last = reach(shape, stride, from);
  const elements = Math.floor(storage.bytes / bytesOf(dtype));
  // A negation, so that a sum that overflowed to NaN or infinity is refused too.
  if (!(last < elements))
    return refuse(
      FORMAT,
      `${what} of ${elements} elements: shape ${showShape(shape)}, stride ${showShape(stride)}, offset ${from} reach element ${last}`,
    );
  if (!shape.includes(0) && !Number.isSafeInteger(size(shape)))
    return refuse(FORMAT, `${what}: shape ${showShape(shape)} has over 2^53 elements`);
  return { _tag: 'TensorRef', dtype, shape, stride, offset: from, storage };
};

/** The storage that a persistent id `('storage', class, key, device, elements)` names. */
export const storageOf = (id: PickleValue | undefined, at: number): Storage => {
  const [tag, type, key, , elements] = isList(id) ? id : [];
  if (tag !== 'storage' || !isTagged(type, 'GlobalName') || !Object.hasOwn(storages, type.name) || typeof key !== 'string')
    return refuse(FORMAT, `byte ${at} of data.pkl refers to ${describe(id)}, which is not a storage`);
  const dtype = storages[type.name];
  const bytes = count(elements, `the length of storage ${quoted(key)}`) * (dtype === undefined ? 1 : bytesOf(dtype));
  return Number.isSafeInteger(bytes)
    ? { _tag: 'Storage', key, dtype, bytes }
    : refuse(FORMAT, `storage ${quoted(key)} has over 2^53 bytes`);
};
