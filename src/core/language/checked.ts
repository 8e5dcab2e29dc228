import type { Shape, Shaped } from '../tensor/shape.ts';
import { argumentProblem, attributeRules } from './attribute-rules.ts';
import type { Ops } from './ops.ts';
import { fitOf, infer, isMisfit, type Misfit } from './shape-rules.ts';
import { ATTRIBUTES, type IsValue, OP_NAMES, type OpName, splitArguments, TENSORS } from './signatures.ts';

/** How an interpreter looks at the arguments of an operation before its rule sees them. */
export interface Checking {
  /** What tells its values from anything else. */
  readonly isValue: IsValue;
  /** Operations whose rules find out themselves whether shapes fit each other. */
  readonly infers: readonly OpName[];
}

type Rule<T> = (...all: unknown[]) => T;
type Attrs = readonly unknown[];
const NOTHING: Attrs = [];

const fine = () => undefined;
const anyShapes = (): boolean => true;

/** One operation that looks at its arguments first. What fits goes straight to the rule: each usual number of arguments has a function of its own. */
const guard = <T extends Shaped>(op: OpName, rules: Omit<Ops<T>, 'within'>, isValue: IsValue, infers: boolean): Rule<T> => {
  const rule = rules[op] as Rule<T>;
  const [ofFirst = fine, ofSecond = fine, ofThird = fine] = attributeRules(op);
  const shapesFit = infers ? anyShapes : fitOf(op);
  const shapeOf = (a: unknown): Shape => (a as T).shape;
  const misfitOf = (attrs: Attrs, args: readonly Shaped[]): Misfit | undefined => {
    const problem = argumentProblem(op, attrs, args, isValue);
    if (problem !== undefined) return { shape: args.find(isValue)?.shape ?? [], problem, guess: true };
    const found = infers ? undefined : infer(op, attrs, args.map(shapeOf)); // biome-ignore format: one line
    return found === undefined || !isMisfit(found) ? undefined : found;
  };
  const general: Rule<T> = (...all) => {
    const { attrs, args } = splitArguments<T>(op, all);
    const misfit = misfitOf(attrs, args);
    if (misfit === undefined) return rule(...attrs, ...args);
    const { shape, problem, guess = false } = misfit;
    return rules.refuse({ operation: op, messages: [problem], shape, guess }, ...args.filter(isValue));
  };
  switch (`${ATTRIBUTES[op]} ${op === 'linear' ? 'or more' : TENSORS[op]}`) {
    case '0 1':
      return (a) => (isValue(a) && shapesFit(NOTHING, [shapeOf(a)]) ? rule(a) : general(a));
    case '0 2':
      return (a, b) => (isValue(a) && isValue(b) && shapesFit(NOTHING, [shapeOf(a), shapeOf(b)]) ? rule(a, b) : general(a, b));
    case '1 1':
      return (x, a) => (ofFirst(x) === undefined && isValue(a) && shapesFit([x], [shapeOf(a)]) ? rule(x, a) : general(x, a));
    case '1 3':
      return (x, a, b, c) => {
        const values = ofFirst(x) === undefined && isValue(a) && isValue(b) && isValue(c);
        return values && shapesFit([x], [shapeOf(a), shapeOf(b), shapeOf(c)]) ? rule(x, a, b, c) : general(x, a, b, c);
      };
    case '3 1':
      return (x, y, z, a) => {
        const values = ofFirst(x) === undefined && ofSecond(y) === undefined && ofThird(z) === undefined && isValue(a);
        return values && shapesFit([x, y, z], [shapeOf(a)]) ? rule(x, y, z, a) : general(x, y, z, a);
      };
    default:
      return general;
  }
};

/**
 * The same operations, which look at their arguments first: what does not fit, or is not a value of theirs, is refused in the name of the
 * operation that was called, and never reaches its rule. What JavaScript hands over beyond the arguments goes no further.
 */
export const checked = <T extends Shaped>(rules: Omit<Ops<T>, 'within'>, { isValue, infers }: Checking): Omit<Ops<T>, 'within'> => {
  const found = new Set(infers);
  const o: Record<string, unknown> = { refuse: rules.refuse };
  for (const op of OP_NAMES) o[op] = guard(op, rules, isValue, found.has(op));
  return o as unknown as Omit<Ops<T>, 'within'>;
};
