import type { Shaped } from '../tensor/shape.ts';
import { showList } from '../text/show-value.ts';
import { derive, INGREDIENTS } from './derive.ts';
import { replacedIn, replacedNamed, unchecked } from './interpreter.ts';
import type { Named, Ops } from './ops.ts';
import { call, type NamedName, splitArguments } from './signatures.ts';

/**
 * The named operations that are replaced in a base, for an interpreter whose values carry one of the base and something about it: the value is what the
 * base's own gives, the rest is what the definition says. `rules` are those of the interpreter, with every operation derived.
 */
export const withReplacedValues = <T extends Shaped, V extends Shaped & { readonly value: T }>(
  base: Ops<T>,
  rules: Ops<V>,
): Partial<Named<V>> => {
  const o = unchecked(base);
  const rule = (op: NamedName) => {
    // What the definition tags inside is not what the base's own computed with: it is not shown.
    const inside = INGREDIENTS[op].includes('tag');
    const own = rules[op];
    return (...all: unknown[]): V => {
      const defined = (inside ? derive({ ...rules, tag: (_name: string, a: V) => a })[op] : own) as (...all: unknown[]) => V;
      const { attrs, args } = splitArguments<V>(op, all);
      const value = call(o, op, attrs, args.map((a) => a.value)); // biome-ignore format: one line
      return { ...defined(...all), shape: value.shape, value };
    };
  };
  return Object.fromEntries(replacedNamed(base).map((op) => [op, rule(op)]));
};

/**
 * Refuses a base with operations of somebody's own, for an interpreter that knows only what is defined.
 *
 * @param why what it cannot do with one
 * @throws RangeError with their names, and how to write it instead.
 */
export const refuseReplaced = (interpreter: string, base: object, why: string): void => {
  const replaced = replacedIn(base);
  if (replaced.length === 0) return;
  throw new RangeError(
    `${interpreter}: ${why} ${showList(replaced)}, which the base has replaced; replace it around, as in override(${interpreter}(…), (o) => ({ ${replaced[0]}: … }))`,
  );
};
