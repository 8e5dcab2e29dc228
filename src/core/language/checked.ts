import type { Shaped } from '../tensor/shape.ts';
import type { Ops } from './ops.ts';
import { inferred } from './shape-rules.ts';
import { ATTRIBUTES, type IsValue, isShaped, type OpName, splitArguments } from './signatures.ts';

/**
 * Operations that look at their arguments first: what does not fit, or is no value of theirs, is refused in the name of the operation
 * that was called, and never reaches its rule.
 */
export const checked = <T extends Shaped, R extends Partial<Ops<T>>>(
  { refuse }: Pick<Ops<T>, 'refuse'>,
  rules: R,
  isValue: IsValue = isShaped,
): R => {
  const guard =
    (op: OpName, rule: (...all: unknown[]) => T) =>
    (...all: unknown[]): T => {
      const { attrs, args } = splitArguments<T>(op, all);
      const { problem, shape, guess } = inferred(op, attrs, args, isValue);
      if (problem === undefined) return rule(...all);
      return refuse({ operation: op, messages: [problem], shape, guess: guess === true }, ...args.filter(isValue));
    };
  return Object.fromEntries(
    Object.entries(rules).map(([op, rule]) => [op, op in ATTRIBUTES ? guard(op as OpName, rule as (...all: unknown[]) => T) : rule]),
  ) as R;
};
