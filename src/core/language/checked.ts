import type { Shape, Shaped } from '../tensor/shape.ts';
import { argumentProblem } from './attribute-rules.ts';
import type { Ops } from './ops.ts';
import { isMisfit, type Misfit, shapeRule } from './shape-rules.ts';
import { ATTRIBUTES, type IsValue, OP_NAMES, type OpName, splitArguments, TENSORS } from './signatures.ts';

/** How an interpreter looks at the arguments of an operation before its rule sees them. */
export interface Checking {
  /** What tells its values from anything else. */
  readonly isValue: IsValue;
  /** Operations whose rules find out themselves whether shapes fit each other. */
  readonly infers: readonly OpName[];
}

const NOTHING: readonly unknown[] = [];
const SCALAR: Shape = [];

/** Not `args.map`: this is called before every operation. */
const shapesOf = (args: readonly Shaped[]): readonly Shape[] => {
  const shapes: Shape[] = [];
  for (let i = 0; i < args.length; i++) shapes.push(args[i].shape);
  return shapes;
};

/** One operation that looks at its arguments first. Each usual number of attributes and tensors has a function of its own, which is quick. */
const guard = <T extends Shaped>(op: OpName, rules: Ops<T>, { isValue, infers }: Checking): ((...all: unknown[]) => T) => {
  const rule = rules[op] as (...all: unknown[]) => T;
  const inferShape = infers.includes(op) ? undefined : shapeRule(op);
  const misfitOf = (attrs: readonly unknown[], args: readonly Shaped[]): Misfit | undefined => {
    const problem = argumentProblem(op, attrs, args, isValue);
    if (problem !== undefined) return { shape: args.find(isValue)?.shape ?? SCALAR, problem, guess: true };
    if (inferShape === undefined) return undefined;
    const found = inferShape(attrs, shapesOf(args));
    return isMisfit(found) ? found : undefined;
  };
  const refused = ({ shape, problem, guess = false }: Misfit, args: readonly T[]): T =>
    rules.refuse({ operation: op, messages: [problem], shape, guess }, ...args.filter(isValue));
  switch (`${ATTRIBUTES[op]} ${op === 'linear' ? 'any' : TENSORS[op]}`) {
    case '0 1':
      return (a) => {
        const misfit = misfitOf(NOTHING, [a as T]);
        return misfit === undefined ? rule(a) : refused(misfit, [a as T]);
      };
    case '0 2':
      return (a, b) => {
        const misfit = misfitOf(NOTHING, [a as T, b as T]);
        return misfit === undefined ? rule(a, b) : refused(misfit, [a as T, b as T]);
      };
    case '1 1':
      return (attr, a) => {
        const misfit = misfitOf([attr], [a as T]);
        return misfit === undefined ? rule(attr, a) : refused(misfit, [a as T]);
      };
    case '3 1':
      return (axis, from, to, a) => {
        const misfit = misfitOf([axis, from, to], [a as T]);
        return misfit === undefined ? rule(axis, from, to, a) : refused(misfit, [a as T]);
      };
    case '1 3':
      return (attr, a, b, c) => {
        const misfit = misfitOf([attr], [a as T, b as T, c as T]);
        return misfit === undefined ? rule(attr, a, b, c) : refused(misfit, [a as T, b as T, c as T]);
      };
    default:
      return (...all) => {
        const { attrs, args } = splitArguments<T>(op, all);
        const misfit = misfitOf(attrs, args);
        return misfit === undefined ? rule(...attrs, ...args) : refused(misfit, args);
      };
  }
};

/**
 * The same operations, which look at their arguments first: what does not fit, or is not a value of theirs, is refused in the name of the
 * operation that was called, and never reaches its rule. What JavaScript hands over beyond the arguments goes no further.
 */
export const checked = <T extends Shaped>(rules: Ops<T>, checking: Checking): Ops<T> => ({
  ...rules,
  ...(Object.fromEntries(OP_NAMES.map((op) => [op, guard(op, rules, checking)])) as unknown as Ops<T>),
});
