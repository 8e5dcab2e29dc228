import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { readFile } from '../../io/file/whole-file.ts';
import { type Failure, failure } from './command.ts';

/** More than any configuration or list of labels takes. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The text of a small file. */
export const readText = (path: string): TE.TaskEither<Failure, string> =>
  pipe(
    readFile(path, MOST_BYTES),
    TE.bimap(
      ({ message }) => failure(message),
      (bytes) => new TextDecoder().decode(bytes),
    ),
  );
