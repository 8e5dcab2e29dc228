import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { InputError } from '../error/error.ts';
import { accept, attemptTask } from '../error/refusal.ts';
import { withFile, writeWhole } from '../file/whole-file.ts';
import type { HeaderLimits } from './header.ts';
import { openSafetensors, type SafeReader, type SafeSource, streamSafetensors } from './stream.ts';

/**
 * Opens a safetensors file, reads its header, lends the reader to `use` and closes the file.
 *
 * @example
 * await writeSafetensors('x.safetensors', [tensorSource('x', tensor([2], [1, 2]), 'F32')])();
 * await withSafetensors('x.safetensors', (file) => file.tensor('x'))() // Right({ shape: [2], data: [1, 2] })
 */
export const withSafetensors = <A>(
  path: string,
  use: (reader: SafeReader) => TE.TaskEither<InputError, A>,
  limits: HeaderLimits = {},
): TE.TaskEither<InputError, A> =>
  withFile(path, (source) => attemptTask(async () => accept(await use(accept(await openSafetensors(source, limits)()))())));

/**
 * Writes a safetensors file as a whole or not at all (temporary file beside it, flushed, renamed), one tensor at a time.
 *
 * @example
 * await writeSafetensors('y.safetensors', [tensorSource('y', tensor([1], [3]), 'F32')], { format: 'pt' })() // Right(undefined)
 */
export const writeSafetensors = (
  path: string,
  sources: readonly SafeSource[],
  metadata: Readonly<Record<string, string>> = {},
): TE.TaskEither<InputError, void> => writeWhole(path, (sink) => streamSafetensors(sink, sources, metadata));
