import type { Shape, Shaped } from '../tensor/shape.ts';
import { argumentProblem, attributeRules } from './attribute-rules.ts';
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

type Rule<T> = (...all: unknown[]) => T;
type Attrs = readonly unknown[];
const NOTHING: Attrs = [];

/** What can be known of an operation's arguments, whatever interpreter it is of. */
const looks = (op: OpName) => {
  const inferShape = shapeRule(op);
  const ofAttributes = attributeRules(op);
  return {
    inferShape,
    shapesFit: (attrs: Attrs, ...shapes: readonly Shape[]): boolean => !isMisfit(inferShape(attrs, shapes)),
    attributesFit: (attrs: Attrs): boolean => {
      for (let i = 0; i < ofAttributes.length; i++) if (ofAttributes[i](attrs[i]) !== undefined) return false;
      return true;
    },
  };
};
const LOOKS = Object.fromEntries(OP_NAMES.map((op) => [op, looks(op)])) as { readonly [K in OpName]: ReturnType<typeof looks> };
const anyShapes = (): boolean => true;

/** One operation that looks at its arguments first. What fits goes straight to the rule: each usual number of arguments has a function of its own. */
const guard = <T extends Shaped>(op: OpName, rules: Omit<Ops<T>, 'within'>, isValue: IsValue, infers: boolean): Rule<T> => {
  const rule = rules[op] as Rule<T>;
  const { inferShape, attributesFit } = LOOKS[op];
  const shapesFit = infers ? anyShapes : LOOKS[op].shapesFit;
  const misfitOf = (attrs: Attrs, args: readonly Shaped[]): Misfit | undefined => {
    const problem = argumentProblem(op, attrs, args, isValue);
    if (problem !== undefined) return { shape: args.find(isValue)?.shape ?? [], problem, guess: true };
    const found = infers ? undefined : inferShape(attrs, args.map((a) => a.shape)); // biome-ignore format: one line
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
      return (a) => (isValue(a) && shapesFit(NOTHING, (a as T).shape) ? rule(a) : general(a));
    case '0 2':
      return (a, b) => (isValue(a) && isValue(b) && shapesFit(NOTHING, (a as T).shape, (b as T).shape) ? rule(a, b) : general(a, b));
    case '1 1':
      return (attr, a) => (attributesFit([attr]) && isValue(a) && shapesFit([attr], (a as T).shape) ? rule(attr, a) : general(attr, a));
    case '1 3':
      return (attr, a, b, c) =>
        attributesFit([attr]) && isValue(a) && isValue(b) && isValue(c) && shapesFit([attr], (a as T).shape, (b as T).shape, (c as T).shape)
          ? rule(attr, a, b, c)
          : general(attr, a, b, c);
    case '3 1':
      return (x, y, z, a) =>
        attributesFit([x, y, z]) && isValue(a) && shapesFit([x, y, z], (a as T).shape) ? rule(x, y, z, a) : general(x, y, z, a);
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
