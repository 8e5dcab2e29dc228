import type { Shaped } from '../tensor/shape.ts';
import { ShapeError } from '../tensor/tensor.ts';
import { type Checking, checked } from './checked.ts';
import { derive } from './derive.ts';
import type { Named, Ops, Refusal } from './ops.ts';
import { isShaped, NAMED, type NamedName, OP_NAMES, type OpName, type PrimitiveName } from './signatures.ts';

/** How an interpreter looks at arguments, and which of its operations are somebody's own. */
interface Making extends Checking {
  /** Operations that were replaced. What interprets over this interpreter has to use them, or to refuse. */
  readonly replaced: readonly OpName[];
}
/** An interpreter's rules, which look at nothing, and how they are made to look. */
interface Rules<T extends Shaped> extends Making {
  readonly rules: Ops<T>;
}
/** Where an interpreter keeps its rules. A copy by `{ ...o }` does not take them along: what was replaced in it would be lost. */
const RULES = Symbol('rules');
const rulesOf = <T extends Shaped>(o: object): Rules<T> | undefined => (o as { readonly [RULES]?: Rules<T> })[RULES];

/**
 * The rules of an interpreter, which look at no argument: for another one that has looked already, as `vjp` over its base. Of one that
 * was copied or made by hand, they are its operations as they are.
 */
export const unchecked = <O extends object>(o: O): O => (rulesOf(o)?.rules as O | undefined) ?? o;

/** How an interpreter looks at arguments. One that was copied or made by hand looks for itself. */
export const checkingOf = (o: object): Checking => rulesOf(o) ?? { isValue: isShaped, infers: OP_NAMES };

/** Where `within` keeps the record that it was made for: a copy by `{ ...o }` takes it along, and is told apart by it. */
const ORIGIN = Symbol('origin');
const originOf = (o: object): object | undefined => (o as { readonly within?: { readonly [ORIGIN]?: object } }).within?.[ORIGIN];

/**
 * The operations of an interpreter that are somebody's own: by `override`, by `complete` of an interpreter, or in a copy, `{ ...o, gelu: mine }`. An
 * interpreter over this one has to use them, or to refuse.
 *
 * @example
 * replacedIn({ ...reference, gelu: reference.sub }) // ['gelu']
 */
export const replacedIn = (o: object): readonly OpName[] => {
  const origin = originOf(o);
  if (origin === undefined) return [];
  const before = rulesOf(origin)?.replaced ?? [];
  const [own, made] = [o, origin] as Record<OpName, unknown>[];
  return own === made ? before : OP_NAMES.filter((op) => before.includes(op) || own[op] !== made[op]);
};

/** Those of them that `derive` would build anew. */
export const replacedNamed = (o: object): readonly NamedName[] => {
  const replaced = replacedIn(o);
  return NAMED.filter((op) => replaced.includes(op));
};

/**
 * `within` of a record of operations: what was replaced in the record that it is called on, by `{ ...o, gelu: mine }`, is replaced inside
 * too. `own` is the record as it was made, `inside` what it is inside a part of a model.
 */
const within = <T extends Shaped>(own: Ops<T>, inside: (name: string) => Ops<T>): Ops<T>['within'] => {
  const there: Ops<T>['within'] = function (this: Ops<T> | undefined, name) {
    if (this === undefined)
      throw new ShapeError('within', 'call it on its interpreter, as o.within(name), so that it knows what is replaced there');
    if (this === own) return inside(name);
    const replaced = Object.entries(this).filter(([op, rule]) => rule !== own[op as keyof Ops<T>]);
    return { ...inside(name), ...Object.fromEntries(replaced) };
  };
  return Object.assign(there, { [ORIGIN]: own });
};

/** An interpreter from a rule for every operation: operations that look at their arguments, once, and then follow the rules. */
export const interpreterOf = <T extends Shaped>(
  rules: Omit<Ops<T>, 'within'>,
  { isValue, infers, replaced }: Making,
  inside?: (name: string) => Ops<T>,
): Ops<T> => {
  const o = checked(rules, { isValue, infers }) as Ops<T>;
  Object.assign(o, { within: within(o, inside ?? (() => o)) });
  const all: Ops<T> = { ...rules, within: (name) => unchecked(o.within(name)) };
  Object.defineProperty(o, RULES, { value: { rules: all, isValue, infers, replaced } satisfies Rules<T> });
  // Frozen, so that nobody assigns an operation of their own to it, which the rules would not know.
  return Object.freeze(o);
};

const thrown = ({ operation, messages }: Refusal): never => {
  throw new ShapeError(operation, messages.join('; '));
};

type Optional = 'tag' | 'within' | 'refuse';
type Base<T extends Shaped> = Pick<Ops<T>, Exclude<PrimitiveName, Optional>> & Partial<Pick<Ops<T>, Optional>>;

/** What else `complete` is told of an interpreter. */
export interface CompleteOptions<T extends Shaped> extends Partial<Making> {
  /** What the interpreter is inside a part of a model, where its tags have other names. @defaultValue the same */
  readonly within?: (name: string) => Ops<T>;
}

/**
 * A whole interpreter from its primitives: named operations are derived, save those in `own`, which may be made of the whole. A derived
 * operation uses the interpreter's own ones inside (attention its softmax). Every operation looks at its arguments before a rule sees
 * them, so that rules need not. Of an interpreter that is whole already, what was replaced in it stays; to replace more, see `override`.
 *
 * @example
 * const doubling = complete({ ...reference, add: (a, b) => reference.scale(2, reference.add(a, b)) });
 * doubling.sub(tensor([1], [3]), tensor([1], [1])).data[0] // 4
 */
export const complete = <T extends Shaped>(
  primitives: Base<T>,
  own: Partial<Named<T>> | ((rules: Ops<T>) => Partial<Named<T>>) = {},
  options: CompleteOptions<T> = {},
): Ops<T> => {
  const { isValue = isShaped, infers = [] } = { ...rulesOf(primitives), ...options };
  const base = unchecked(primitives);
  const rules = { tag: (_name: string, a: T) => a, refuse: thrown, ...base } as Ops<T>;
  Object.assign(rules, derive(rules));
  const kept = replacedNamed(primitives).map((op) => [op, (base as Ops<T>)[op]]);
  const owned: Partial<Named<T>> = { ...Object.fromEntries(kept), ...(typeof own === 'function' ? own(rules) : own) };
  Object.assign(rules, owned);
  const derived = NAMED.filter((op) => !Object.hasOwn(owned, op));
  // Of an interpreter, what is its own is a replacement; of primitives alone, it is how they do it.
  const before = originOf(primitives) === undefined ? [] : [...replacedIn(primitives), ...(Object.keys(owned) as NamedName[])];
  const making: Making = {
    isValue,
    infers: infers.filter((op) => !derived.some((name) => name === op)),
    replaced: [...new Set([...before, ...(options.replaced ?? [])])],
  };
  const inside =
    primitives.within === undefined ? undefined : (name: string) => complete((primitives as Ops<T>).within(name), own, options);
  return interpreterOf(rules, making, options.within ?? inside);
};
