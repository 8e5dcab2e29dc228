import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../core/engine/engine.ts';
import { noTensor } from '../../core/oracle/verdict/malformed.ts';
import { adopt, type Tensor } from '../../core/tensor/tensor.ts';

/** A copy of an output, each number of which is looked at once: it may be one that is computed when somebody looks. */
const taken = (output: unknown): unknown => {
  const { shape, data } = (output ?? {}) as Partial<Record<'shape' | 'data', ArrayLike<unknown>>>;
  const length = data?.length;
  if (!Array.isArray(shape) || typeof length !== 'number') return output;
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const x = (data as ArrayLike<unknown>)[i];
    if (typeof x !== 'number') return { shape: [...shape], data: Array.from({ length: i + 1 }, (_, j) => (j < i ? out[j] : x)) };
    out[i] = x;
  }
  return adopt([...shape], out);
};

/** What was returned as outputs by name, or why none of it can be judged. */
const outputsOf = (returned: unknown): E.Either<string, Tensors> => {
  if (typeof returned !== 'object' || returned === null) return E.left('it returns no outputs by name, as in { y: { shape, data } }');
  if (noTensor('y', returned) === undefined) return E.left('it returns one tensor without a name; name it, as in { y: { shape, data } }');
  const outputs: Record<string, Tensor> = {};
  for (const [name, output] of Object.entries(returned)) {
    const copy = taken(output);
    const problem = noTensor(name, copy);
    if (problem !== undefined) return E.left(problem);
    outputs[name] = copy as Tensor;
  }
  return E.right(outputs);
};

/** The outputs that somebody else's code gives, which may throw, or return anything: copies, taken before anybody knows what is right. */
export const runUntrusted = async (run: () => Promise<E.Either<string, unknown>>): Promise<E.Either<string, Tensors>> => {
  try {
    return E.chain(outputsOf)(await run());
  } catch (thrown) {
    return E.left(`it threw: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};
