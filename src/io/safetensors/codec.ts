import type * as E from 'fp-ts/lib/Either.js';
import { showShape } from '../../core/tensor/shape.ts';
import { byteLength, type RawTensor } from '../bytes/raw-tensor.ts';
import type { InputError } from '../error/error.ts';
import { lookup, recordOf } from '../error/record.ts';
import { accept, attempt, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { buildHeader } from './build.ts';
import { type HeaderLimits, parseHeader, parseLength } from './header.ts';

export { type BuiltHeader, buildHeader, type TensorDeclaration } from './build.ts';
export { type Header, type HeaderLimits, parseHeader, parseLength, type TensorEntry } from './header.ts';

/** The content of a safetensors file or of a frame in the same format. Records have no prototype. */
export interface SafeFile {
  readonly tensors: Readonly<Record<string, RawTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a whole safetensors file from memory. The tensors are views of `file`, not copies.
 *
 * @returns `Left` for anything that is not a complete, hole-free file; see `parseHeader`.
 * @example
 * const bytes = encode({ x: fromTensor(tensor([2], [1, 2]), 'F32') });
 * pipe(bytes, E.chain((file) => decode(file)), E.map((file) => file.tensors.x.shape)) // Right([2])
 */
export const decode = (file: Uint8Array, limits: HeaderLimits = {}): E.Either<InputError, SafeFile> =>
  attempt(() => {
    const length = accept(parseLength(file.subarray(0, 8), limits));
    if (length > file.length - 8)
      return refuse(
        'safetensors',
        `bytes 0..8 give a header of ${length} bytes, but the file has only ${file.length - 8} after them; it is cut off`,
      );
    const data = file.subarray(8 + length);
    const { entries, metadata } = accept(parseHeader(file.subarray(8, 8 + length), data.length, limits));
    const tensors = entries.map(
      ({ name, dtype, shape, begin, end }) => [name, { dtype, shape, bytes: data.subarray(begin, end) }] as const,
    );
    return { tensors: recordOf(tensors), metadata };
  });

/** The data of one tensor, checked against its shape. */
export const checkedBytes = (name: string, { dtype, shape, bytes }: RawTensor): Uint8Array =>
  bytes.byteLength === byteLength(dtype, shape)
    ? bytes
    : refuse(
        'safetensors',
        `tensor ${quoted(name)}: ${dtype} ${showShape(shape)} takes ${byteLength(dtype, shape)} bytes, got ${bytes.byteLength}`,
      );

/**
 * The bytes of a safetensors file; `decode` gives the same tensors and metadata back.
 *
 * @returns `Left` when a tensor's bytes do not fit its shape, or a name is reserved.
 * @example
 * E.map((bytes) => bytes.length)(encode({ x: fromTensor(tensor([2], [1, 2]), 'F32') }, { format: 'pt' })) // Right(104)
 */
export const encode = (
  tensors: Readonly<Record<string, RawTensor>>,
  metadata: Readonly<Record<string, string>> = {},
  limits: HeaderLimits = {},
): E.Either<InputError, Uint8Array> =>
  attempt(() => {
    const declared = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const { bytes, header } = accept(buildHeader(declared, metadata, limits));
    const out = new Uint8Array(bytes.length + header.dataLength);
    out.set(bytes);
    for (const { name, begin } of header.entries) {
      const raw = lookup(tensors, name);
      if (raw !== undefined) out.set(checkedBytes(name, raw), bytes.length + begin);
    }
    return out;
  });
