import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Failure, failure } from './command.ts';

/** Refuses a file to write that is one of those to read: nothing that was given is ever lost. */
export const notAnInput = (option: string, out: string | undefined, inputs: readonly (string | undefined)[]): E.Either<Failure, void> =>
  out !== undefined && inputs.some((input) => input !== undefined && resolve(input) === resolve(out))
    ? E.left(failure(`${option} ${out} would overwrite a file that is read; name another`))
    : E.right(undefined);
