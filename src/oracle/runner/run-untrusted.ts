import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { noTensor } from '../../core/oracle/verdict/malformed.ts';

/** What was returned as outputs by name, or why none of it can be judged. */
const outputsOf = (returned: unknown): E.Either<string, Tensors> => {
  if (typeof returned !== 'object' || returned === null) return E.left('it returns no outputs by name, as in { y: { shape, data } }');
  if (noTensor('y', returned) === undefined) return E.left('it returns one tensor without a name; name it, as in { y: { shape, data } }');
  for (const [name, output] of Object.entries(returned)) {
    const problem = noTensor(name, output);
    if (problem !== undefined) return E.left(problem);
  }
  return E.right(returned as Tensors);
};

/** The outputs that somebody else's code gives, which may throw, or return anything. */
export const runUntrusted = async (run: () => Promise<E.Either<string, unknown>>): Promise<E.Either<string, Tensors>> => {
  try {
    return E.chain(outputsOf)(await run());
  } catch (thrown) {
    return E.left(`it threw: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};
