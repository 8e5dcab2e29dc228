import type { Shape } from '../../core/tensor/shape.ts';
import type { DType } from '../bytes/dtype.ts';

/**
 * What a checkpoint holds once it is data: Python's scalars, texts, lists, tuples and sets (all arrays), dictionaries (maps in their order), tensors,
 * `argparse.Namespace` as its fields, and a few harmless objects as what they would be made from. Lists and dictionaries may contain themselves.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PickleValue[]
  | ReadonlyMap<PickleValue, PickleValue>
  | TensorRef
  | Namespace
  | Opaque
  | Storage
  | GlobalName;

/** A tensor that a checkpoint describes: a strided view of a storage, whose bytes have not been read. */
export interface TensorRef {
  readonly _tag: 'TensorRef';
  readonly dtype: DType;
  readonly shape: Shape;
  /** Distances between neighbours along each axis, in elements. */
  readonly stride: readonly number[];
  /** Index of the first element in the storage. */
  readonly offset: number;
  readonly storage: Storage;
}

/** A block of memory in a checkpoint: the file `data/<key>` of the archive. */
export interface Storage {
  readonly _tag: 'Storage';
  readonly key: string;
  /** `undefined` for an untyped storage, whose type comes with the tensor. */
  readonly dtype: DType | undefined;
  /** Its length. */
  readonly bytes: number;
}

/** `argparse.Namespace`, which training checkpoints hold as `args`. */
export interface Namespace {
  readonly _tag: 'Namespace';
  readonly fields: ReadonlyMap<PickleValue, PickleValue>;
}

/** An object that is not a weight and was not made: `torch.device`, a path, a number of numpy, bytes. */
export interface Opaque {
  readonly _tag: 'Opaque';
  /** Its class or the function that would make it, `pathlib.PosixPath`. */
  readonly name: string;
  /** What it would be made from. */
  readonly args: readonly PickleValue[];
}

/** A name that a checkpoint mentions and that is safe to mention, `torch.float32` or `torch.FloatStorage`. */
export interface GlobalName {
  readonly _tag: 'GlobalName';
  readonly name: string;
}

export const isDictionary = (value: PickleValue | undefined): value is ReadonlyMap<PickleValue, PickleValue> => value instanceof Map;
export const isList = (value: PickleValue | undefined): value is readonly PickleValue[] => Array.isArray(value);

/** Whether a value is the kind of object with this tag. */
export const isTagged = <T extends 'TensorRef' | 'Storage' | 'Namespace' | 'Opaque' | 'GlobalName'>(
  value: PickleValue | undefined,
  tag: T,
): value is Extract<PickleValue, { readonly _tag: T }> =>
  typeof value === 'object' && value !== null && '_tag' in value && value._tag === tag;

/** What a value is, as an error may say it. */
export const describe = (value: PickleValue | undefined): string =>
  value === undefined
    ? 'nothing'
    : value === null
      ? 'None'
      : isList(value)
        ? `a list of ${value.length}`
        : isDictionary(value)
          ? `a dictionary of ${value.size}`
          : typeof value === 'object'
            ? value._tag === 'GlobalName' || value._tag === 'Opaque'
              ? value.name
              : `a ${value._tag === 'TensorRef' ? 'tensor' : value._tag.toLowerCase()}`
            : typeof value === 'string'
              ? 'a text'
              : String(value).slice(0, 40);
