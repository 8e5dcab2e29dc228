import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type InputError, inputError } from './error.ts';

/** How a parser leaves deep code at once; it never crosses the functions of this file. Not an `Error`: nobody reads its stack, and taking one is slow. */
class Refusal {
  readonly reason: InputError;
  constructor(reason: InputError) {
    this.reason = reason;
  }
}

/** Stops the parser inside the nearest `attempt` with this error as its `Left`. */
export const refuse: (format: string, message: string) => never = (format, message) => {
  throw new Refusal(inputError(format, message));
};

/** The value of an `Either`, or the end of the surrounding `attempt` with its error. */
export const accept = <A>(result: E.Either<InputError, A>): A => {
  if (E.isLeft(result)) throw new Refusal(result.left);
  return result.right;
};

const refusalOf = (thrown: unknown): E.Either<InputError, never> => {
  if (thrown instanceof Refusal) return E.left(thrown.reason);
  throw thrown;
};

/** Runs a parser: what it refuses is a `Left`; any other exception is a bug and passes. */
export const attempt = <A>(parse: () => A): E.Either<InputError, A> => {
  try {
    return E.right(parse());
  } catch (thrown) {
    return refusalOf(thrown);
  }
};

/** `attempt` for work that waits. */
export const attemptTask =
  <A>(work: () => Promise<A>): TE.TaskEither<InputError, A> =>
  async () => {
    try {
      return E.right(await work());
    } catch (thrown) {
      return refusalOf(thrown);
    }
  };
