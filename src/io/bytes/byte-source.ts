import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type InputError, inputError } from '../error/error.ts';

/** Bytes that can be read at any place without holding them all: a file, a blob, an array. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /** Fills `into` with the bytes from `position` on; `Left` when there are not so many. */
  readonly read: (position: number, into: Uint8Array) => TE.TaskEither<InputError, void>;
}

/** What a writer writes to, in order. */
export interface ByteSink {
  /** Appends all of `bytes`; rejects when they cannot be written. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/**
 * A `ByteSource` over an array, which is not copied: a change of the array shows in later reads. Reads are `Left` where they go
 * beyond its end.
 *
 * @example
 * memorySource(Uint8Array.of(1, 2, 3)).read(2, new Uint8Array(2))()
 * // left({ message: 'file: bytes 2..4 were asked for, the file ends at 3', … })
 */
export const memorySource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (position, into) => async () => {
    if (position + into.length > bytes.length)
      return E.left(inputError('file', `bytes ${position}..${position + into.length} were asked for, the file ends at ${bytes.length}`));
    into.set(bytes.subarray(position, position + into.length));
    return E.right(undefined);
  },
});
