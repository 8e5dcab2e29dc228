import type { Shaped } from '../tensor/shape.ts';
import { derive, INGREDIENTS } from './derive.ts';
import { checkingOf, interpreterOf, unchecked } from './interpreter.ts';
import type { Ops } from './ops.ts';
import { NAMED, type OpName } from './signatures.ts';

/** Operations of one's own. */
type Replacements<T extends Shaped> = Partial<Omit<Ops<T>, 'within' | 'refuse'>>;

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
 * `{ ...o, gelu: mine }` replaces that one operation, inside blocks too, and leaves alone what is made of it.
 *
 * @example
 * const c = deitConfig({ dim: 6, depth: 1, heads: 2, patch: 2, image: [4, 4], classes: 3 });
 * const logits = (o) => deit(o, c)(seededParams(1, c), full([1, 3, 4, 4], 1)).cls.data[0];
 * logits(override(reference, { gelu: (x) => reference.scale(5, x) })) === logits(reference) // false
 * override(reference, (o) => ({ softmax: (x) => o.softmax(o.scale(2, x)) })).softmax(tensor([1], [3])).data // [1]
 */
export const override = <T extends Shaped>(o: Ops<T>, own: Replacements<T> | ((o: Ops<T>) => Replacements<T>)): Ops<T> => {
  const replacements = typeof own === 'function' ? own(o) : own;
  const rules = { ...unchecked(o), ...replacements } as Ops<T>;
  const derived = derive(rules);
  const again = madeOf(Object.keys(replacements) as OpName[]);
  Object.assign(rules, Object.fromEntries(Object.entries(derived).filter(([op]) => again.includes(op as OpName))));
  return interpreterOf(rules, checkingOf(o), (name) => override(o.within(name), own));
};
