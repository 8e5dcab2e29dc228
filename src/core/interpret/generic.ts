import { type CompleteOptions, complete } from '../language/interpreter.ts';
import type { Named, Ops } from '../language/ops.ts';
import { ATTRIBUTES, type NamedName, OP_NAMES, type OpName, PRIMITIVES } from '../language/signatures.ts';
import type { Shaped } from '../tensor/shape.ts';

/** One operation applied to attributes and tensors, whatever it is. */
export type Apply<T> = (op: OpName, attrs: readonly unknown[], args: readonly T[]) => T;

/** What an interpreter makes of a mistake, beside what `complete` is told. `apply` infers every shape, unless `infers` names those that it does. */
type More<T extends Shaped> = Partial<Pick<Ops<T>, 'refuse'>> & CompleteOptions<T>;

/**
 * An interpreter that treats all operations alike: `apply` is told each operation's name, attributes and tensors.
 * Named operations are derived, so `apply` sees what is inside them, except those in `whole`, which it sees as they are.
 * What is not an operation is in `more`.
 *
 * @example
 * const seen = [];
 * const spy = generic((op, attrs, args) => (seen.push(op), call(reference, op, attrs, args)));
 * spy.mean(tensor([1, 2], [1, 3]));
 * seen // ['sumLast', 'scale']
 */
export const generic = <T extends Shaped>(apply: Apply<T>, whole: readonly NamedName[] = [], { refuse, ...more }: More<T> = {}): Ops<T> => {
  const rule = (op: OpName) => {
    const first = ATTRIBUTES[op];
    return (...all: unknown[]): T => {
      // A bias that is absent is left out.
      const count = op === 'linear' && all[first + 2] === undefined ? first + 2 : all.length;
      return apply(op, all.slice(0, first), all.slice(first, count) as T[]);
    };
  };
  const table = (ops: readonly OpName[]) => Object.fromEntries(ops.map((op) => [op, rule(op)]));
  const primitives = { ...table(PRIMITIVES), ...(refuse === undefined ? {} : { refuse }) } as unknown as Omit<Ops<T>, 'within'>;
  return complete<T>(primitives, table(whole) as unknown as Partial<Named<T>>, { infers: OP_NAMES, ...more });
};
