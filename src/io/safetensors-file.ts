import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { InputError } from './error.ts';
import { withFile, writeWhole } from './file.ts';
import { accept, attemptTask } from './refusal.ts';
import type { HeaderLimits } from './safetensors-header.ts';
import { openSafetensors, type SafeReader, type SafeSource, streamSafetensors } from './safetensors-stream.ts';

/**
 * Opens a safetensors file, reads its header, lends the reader to `use` and closes the file.
 *
 * @example
 * withSafetensors('model.safetensors', (file) => file.tensor('cls_token'))
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
 * writeSafetensors('out.safetensors', [tensorSource('x', x, 'F32')], { format: 'pt' })
 */
export const writeSafetensors = (
  path: string,
  sources: readonly SafeSource[],
  metadata: Readonly<Record<string, string>> = {},
): TE.TaskEither<InputError, void> => writeWhole(path, (sink) => streamSafetensors(sink, sources, metadata));
