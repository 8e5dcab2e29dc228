import { argumentProblem } from '../language/attribute-rules.ts';
import { complete } from '../language/derive.ts';
import type { Named, Ops } from '../language/ops.ts';
import { type IsValue, isShaped, type NamedName, type OpName, PRIMITIVES, splitArguments } from '../language/signatures.ts';
import type { Shaped } from '../tensor/shape.ts';
import { ShapeError } from '../tensor/tensor.ts';

/** One operation applied to attributes and tensors, whatever it is. */
export type Apply<T> = (op: OpName, attrs: readonly unknown[], args: readonly T[]) => T;

/** How an interpreter begins the names of its tags, what it makes of a mistake, and how it knows its own values. */
type More<T extends Shaped> = Partial<Pick<Ops<T>, 'within' | 'refuse'>> & { readonly isValue?: IsValue };

/**
 * An interpreter that treats all operations alike: `apply` is told each operation's name, attributes and tensors.
 * Named operations are derived, so `apply` sees what is inside them, except those in `whole`, which it sees as they are.
 * What is no operation is in `more`.
 *
 * @example
 * const seen = [];
 * const spy = generic((op, attrs, args) => (seen.push(op), call(reference, op, attrs, args)));
 * spy.mean(tensor([1, 2], [1, 3]));
 * seen // ['sumLast', 'scale']
 */
export const generic = <T extends Shaped>(
  apply: Apply<T>,
  whole: readonly NamedName[] = [],
  { isValue = isShaped, ...more }: More<T> = {},
): Ops<T> => {
  const refused = (op: OpName, problem: string, own: readonly T[]): T => {
    if (more.refuse === undefined) throw new ShapeError(op, problem);
    return more.refuse({ operation: op, messages: [problem], shape: own[0]?.shape ?? [], guess: true }, ...own);
  };
  const rule =
    (op: OpName) =>
    (...all: unknown[]): T => {
      const { attrs, args } = splitArguments<T>(op, all);
      const problem = argumentProblem(op, attrs, args, isValue);
      return problem === undefined ? apply(op, attrs, args) : refused(op, problem, args.filter(isValue));
    };
  const table = (ops: readonly OpName[]) => Object.fromEntries(ops.map((op) => [op, rule(op)]));
  return complete<T>({ ...table(PRIMITIVES), ...more } as unknown as Ops<T>, table(whole) as unknown as Partial<Named<T>>);
};
