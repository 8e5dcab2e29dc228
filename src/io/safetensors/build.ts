import type * as E from 'fp-ts/lib/Either.js';
import { type Shape, showShape } from '../../core/tensor/shape.ts';
import { bytesOf, type DType } from '../bytes/dtype.ts';
import { byteLength } from '../bytes/raw-tensor.ts';
import type { InputError } from '../error/error.ts';
import { accept, attempt, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { HEADER_BYTES, type Header, type HeaderLimits, parseHeader, type TensorEntry } from './header.ts';

/** A tensor that a header is to declare. */
export interface TensorDeclaration {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A header and its bytes: eight of length, then JSON padded with spaces so that the data starts at a multiple of 8. */
export interface BuiltHeader {
  readonly bytes: Uint8Array;
  readonly header: Header;
}

const FORMAT = 'safetensors';

/**
 * The header that declares these tensors, larger elements first so that each is aligned, otherwise in the order given. Write
 * `bytes`, then the data of `header.entries` in their order.
 *
 * @returns `Left` for a name used twice or reserved, a shape that is not one, or a header that `parseHeader` refuses.
 * @example
 * E.map(({ header }) => header.entries[0])(buildHeader([{ name: 'x', dtype: 'F32', shape: [2] }], { format: 'pt' }))
 * // Right({ name: 'x', dtype: 'F32', shape: [2], begin: 0, end: 8 })
 */
export const buildHeader = (
  tensors: readonly TensorDeclaration[],
  metadata: Readonly<Record<string, string>> = {},
  limits: HeaderLimits = {},
): E.Either<InputError, BuiltHeader> =>
  attempt(() => {
    const seen = new Set<string>(['__metadata__']);
    const entries: TensorEntry[] = [];
    let reached = 0;
    for (const { name, dtype, shape } of [...tensors].sort((a, b) => bytesOf(b.dtype) - bytesOf(a.dtype))) {
      if (seen.has(name)) refuse(FORMAT, `the tensor name ${quoted(name)} is ${name === '__metadata__' ? 'reserved' : 'used twice'}`);
      seen.add(name);
      const end = reached + byteLength(dtype, shape);
      if (!shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0) || !Number.isSafeInteger(end))
        refuse(FORMAT, `tensor ${quoted(name)}: ${showShape(shape)} is not a shape that a file can hold`);
      entries.push({ name, dtype, shape, begin: reached, end });
      reached = end;
    }
    const declared = entries.map(
      ({ name, dtype, shape, begin, end }) => `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`,
    );
    const texts = Object.entries(metadata).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    const json = `{${[...(texts.length > 0 ? [`"__metadata__":{${texts.join(',')}}`] : []), ...declared].join(',')}}`;
    const text = new TextEncoder().encode(json);
    const padded = Math.ceil(text.length / 8) * 8;
    const limit = limits.headerBytes ?? HEADER_BYTES;
    if (padded > limit)
      refuse(FORMAT, `the header takes ${padded} bytes, over the limit of ${limit}; use fewer or shorter names and metadata`);
    const bytes = new Uint8Array(8 + padded).fill(32);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
    bytes.set(text, 8);
    // What the reader would refuse (half a surrogate pair, too many names, axes or bytes) is never written.
    return { bytes, header: accept(parseHeader(bytes.subarray(8), reached, limits)) };
  });
