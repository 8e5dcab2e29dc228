import type { Ops } from './ops.ts';
import type { Shaped } from './shape.ts';
import { infer } from './shape-rules.ts';
import { ATTRIBUTES, type OpName, parted } from './uniform.ts';

/**
 * Operations that look at the shapes of their arguments first: what does not fit is refused in the name of the operation
 * that was called, and never reaches its rule.
 */
export const guarded = <T extends Shaped, R extends Partial<Ops<T>>>({ refuse }: Pick<Ops<T>, 'refuse'>, rules: R): R => {
  const guard =
    (op: OpName, rule: (...all: unknown[]) => T) =>
    (...all: unknown[]): T => {
      const { attrs, args } = parted<T>(op, all);
      const inferred = infer(op, attrs, args.map((a) => a.shape)); // biome-ignore format: one line
      if (inferred.problem === undefined) return rule(...all);
      return refuse({ operation: op, messages: [inferred.problem], shape: inferred.shape, guess: inferred.guess === true }, ...args);
    };
  return Object.fromEntries(
    Object.entries(rules).map(([op, rule]) => [op, op in ATTRIBUTES ? guard(op as OpName, rule as (...all: unknown[]) => T) : rule]),
  ) as R;
};
