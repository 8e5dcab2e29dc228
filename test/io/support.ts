import * as E from 'fp-ts/lib/Either.js';
import type { InputError } from '../../src/io/error/error.ts';

/** The value of a `Right`; a `Left` fails the test with its message. */
export const right = <A>(result: E.Either<InputError, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

/** The message of a `Left`, or `accepted`. */
export const messageOf = <A>(result: E.Either<InputError, A>): string => (E.isLeft(result) ? result.left.message : 'accepted');
