import { shapeProblem } from '../tensor/shape.ts';
import { showValue } from '../text/show-value.ts';
import { UNARY } from './ops.ts';
import { ATTRIBUTES, type Attributes, type IsValue, type OpName } from './signatures.ts';

/** What is wrong with a value as an attribute. */
type Rule = (value: unknown) => string | undefined;

const number =
  (what: string): Rule =>
  (value) =>
    typeof value === 'number' ? undefined : `${what} must be a number, got ${showValue(value)}`;
const axis = number('the axis');
const shape: Rule = (value) => shapeProblem(value);
const order: Rule = (value) =>
  Array.isArray(value) ? undefined : `the order of axes must be an array, as in [1, 0], got ${showValue(value)}`;
const numbers: Rule = (value) =>
  typeof value === 'object' && value !== null && 'length' in value
    ? undefined
    : `the numbers of a constant must be an array, got ${showValue(value)}`;
const scalarFunction: Rule = (value) => {
  if (UNARY.some((f) => f === value)) return undefined;
  return `${typeof value === 'string' ? `there is no function ${value}` : `a function is named, got ${showValue(value)}`}; there are ${UNARY.join(', ')}`;
};
const text: Rule = (value) => (typeof value === 'string' ? undefined : `the name must be a string, got ${showValue(value)}`);

/** A rule for each attribute. */
type Rules<A extends readonly unknown[]> = { readonly [I in keyof A]: Rule };

/** One rule an attribute: a missing rule does not compile. */
const RULES: { readonly [K in OpName as Attributes[K]['length'] extends 0 ? never : K]: Rules<Attributes[K]> } = {
  constant: [shape, numbers, (value) => (value === undefined ? undefined : numbers(value))],
  scale: [number('the factor')],
  shift: [number('what is added')],
  unary: [scalarFunction],
  permute: [order],
  reshape: [shape],
  repeatLeading: [shape],
  sumLeading: [shape],
  repeatLast: [number('the length')],
  slice: [axis, number('the start'), number('the end')],
  pad: [axis, number('the start'), number('the length')],
  concat: [axis],
  tag: [text],
  layerNorm: [number('eps')],
  attention: [number('the scale')],
};

const ALL: { readonly [K in OpName]?: readonly Rule[] } = RULES;
const NONE: readonly Rule[] = [];

/** The rules of an operation's attributes, in their order. */
export const attributeRules = (op: OpName): readonly Rule[] => ALL[op] ?? NONE;

/** What is said of an argument that is not a tensor, or one of another interpreter. */
export const NO_VALUE = 'is not a value of this program; use an input or o.constant';

/** What is wrong with the arguments of an operation, before their shapes are looked at. */
export const argumentProblem = (op: OpName, attrs: readonly unknown[], args: readonly unknown[], isValue: IsValue): string | undefined => {
  const rules = attributeRules(op);
  for (let i = 0; i < rules.length; i++) {
    const problem = rules[i](attrs[i]);
    if (problem !== undefined) return problem;
  }
  for (let i = 0; i < args.length; i++) if (!isValue(args[i])) return `argument ${ATTRIBUTES[op] + i + 1} ${NO_VALUE}`;
  return undefined;
};
