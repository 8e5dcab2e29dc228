import type { Shaped } from '../tensor/shape.ts';
import { showValue } from '../text/show-value.ts';
import { derive, INGREDIENTS } from './derive.ts';
import { checkingOf, interpreterOf, replacedIn, unchecked } from './interpreter.ts';
import type { Ops } from './ops.ts';
import { NAMED, OP_NAMES, type OpName } from './signatures.ts';

/** Operations of one's own. */
type Replacements<T extends Shaped> = Partial<Omit<Ops<T>, 'within' | 'refuse'>>;

/** What is no replacement of an operation, in one sentence. */
const replacementProblem = (replacements: unknown): string | undefined => {
  if (typeof replacements !== 'object' || replacements === null)
    return `the operations of one's own must be an object of functions, or a function that gives one, got ${showValue(replacements)}`;
  const names = Object.keys(replacements);
  const unknown = names.filter((name) => !(OP_NAMES as readonly string[]).includes(name));
  if (unknown.length > 0) return `there is no operation ${unknown.join(', ')}; there are ${OP_NAMES.join(', ')}`;
  const [idle] = Object.entries(replacements).filter(([, own]) => typeof own !== 'function');
  return idle === undefined ? undefined : `${idle[0]} must be a function, got ${showValue(idle[1])}`;
};

/** The named operations that are made of one of these, directly or through another. */
const madeOf = (replaced: readonly OpName[]): readonly OpName[] => {
  const more = NAMED.filter((op) => !replaced.includes(op) && INGREDIENTS[op].some((part) => replaced.includes(part)));
  return more.length === 0 ? [] : [...more, ...madeOf([...replaced, ...more])];
};

/**
 * The same interpreter with operations of one's own, everywhere: inside the blocks of a model, and inside the operations that are made
 * of them (attention uses a softmax of one's own, the softmax an exponential). What they need of the interpreter they replace they are
 * given as a function of it, which is asked again inside each part of a model, so that the names of tags are right.
 *
 * It goes around the interpreter that the program sees: `override(vjp(o), (o) => …)`, and gradients are those of one's own. Below another interpreter,
 * as in `vjp(override(o, …))`, an operation of one's own is another way to compute the same function, a faster kernel, and nothing of it is lost: `vjp`,
 * `jvp` and `trace` have its values, `rounded` rounds them, `complete` and another `override` keep it. Derivatives stay those of the operation as it is
 * defined. `bounded` has proofs of that only, and refuses (RangeError).
 *
 * `{ ...o, gelu: mine }` replaces that one operation, inside blocks too, and leaves alone what is made of it.
 *
 * @throws RangeError when a name is not that of an operation, or what stands under it is not a function.
 * @example
 * const c = deitConfig({ dim: 6, depth: 1, heads: 2, patch: 2, image: [4, 4], classes: 3 });
 * const logits = (o) => deit(o, c)(seededParams(1, c), full([1, 3, 4, 4], 1)).cls.data[0];
 * logits(override(reference, { gelu: (x) => reference.scale(5, x) })) === logits(reference) // false
 * override(reference, (o) => ({ softmax: (x) => o.softmax(o.scale(2, x)) })).softmax(tensor([1], [3])).data // [1]
 */
export const override = <T extends Shaped>(o: Ops<T>, own: Replacements<T> | ((o: Ops<T>) => Replacements<T>)): Ops<T> => {
  const replacements = typeof own === 'function' ? own(o) : own;
  const problem = replacementProblem(replacements);
  if (problem !== undefined) throw new RangeError(`override: ${problem}`);
  const rules = { ...unchecked(o), ...replacements } as Ops<T>;
  const before = replacedIn(o);
  const now = Object.keys(replacements) as OpName[];
  // What was replaced before stays, though it be made of what is replaced now.
  const again = madeOf(now).filter((op) => !before.includes(op));
  Object.assign(rules, Object.fromEntries(Object.entries(derive(rules)).filter(([op]) => again.includes(op as OpName))));
  return interpreterOf(rules, { ...checkingOf(o), replaced: [...new Set([...before, ...now])] }, (name) => override(o.within(name), own));
};
