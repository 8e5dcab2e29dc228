import { type Either, isLeft, isRight } from 'fp-ts/lib/Either.js';

/** An error in words: its message, where it has one. */
const wordsOf = (error: unknown): string => {
  if (typeof error === 'string') return error;
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(error);
};

/** The value of a `Right`; a `Left` fails the test with its message. */
export const right = <A>(result: Either<unknown, A>): A => {
  if (isLeft(result)) throw new Error(wordsOf(result.left));
  return result.right;
};

/** The error of a `Left`; a `Right` fails the test. */
export const left = <E>(result: Either<E, unknown>): E => {
  if (isRight(result)) throw new Error('there was no error');
  return result.left;
};
