import * as E from 'fp-ts/lib/Either.js';
import type { InputError } from '../../src/io/error/error.ts';

/** The message of a `Left`, or `accepted`. */
export const messageOf = <A>(result: E.Either<InputError, A>): string => (E.isLeft(result) ? result.left.message : 'accepted');
