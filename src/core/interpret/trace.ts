import { checkingOf, replacedIn, replacedNamed, unchecked } from '../language/interpreter.ts';
import type { Ops } from '../language/ops.ts';
import { call, type IsValue, isShaped, NAMED, type NamedName } from '../language/signatures.ts';
import type { Shaped } from '../tensor/shape.ts';
import { generic } from './generic.ts';
import { topologicalOrder } from './topological-order.ts';

/** A value of the base with every tagged value it was made from. */
export interface Traced<T extends Shaped> extends Shaped {
  readonly value: T;
  readonly history: History<T>;
}
/** Tagged values as a shared tree: joining two histories costs one node, however long they are. */
interface History<T> {
  readonly tap?: readonly [name: string, value: T];
  readonly before: readonly History<T>[];
}

/** Named operations without a tag inside them. */
export const UNTAGGED: readonly NamedName[] = NAMED.filter((name) => name !== 'attention');

const isTraced: IsValue = (value) => isShaped(value) && 'history' in (value as object);

/**
 * The base interpreter, remembering every value that passes a `tag`. Operations with a tag inside them (`attention`) are
 * derived, so that it is seen; the rest, named in `whole`, are the base's own, and so is what the base has replaced. With all
 * of `NAMED` whole, nothing is derived and tags inside operations are not seen.
 *
 * @example
 * const o = trace(reference);
 * const y = o.within('blocks.0').tag('norm1', untraced(tensor([1], [7])));
 * taps([y])['blocks.0.norm1'].data // [7]
 */
export const trace = <T extends Shaped>(base: Ops<T>, prefix = '', whole: readonly NamedName[] = UNTAGGED): Ops<Traced<T>> => {
  const o = unchecked(base);
  const ownTag = replacedIn(base).includes('tag');
  return generic<Traced<T>>(
    (op, attrs, args) => {
      const values = args.map((a) => a.value);
      if (op !== 'tag') return after(call(o, op, attrs, values), args);
      const value = ownTag ? call(o, op, attrs, values) : values[0];
      return { value, shape: value.shape, history: { tap: [prefix + attrs[0], value], before: histories(args) } };
    },
    [...new Set([...whole, ...replacedNamed(base)])],
    {
      within: (name) => trace(base.within(name), `${prefix}${name}.`, whole),
      refuse: (why, ...args) => after(o.refuse(why, ...args.map((a) => a.value)), args),
      isValue: isTraced,
      infers: checkingOf(base).infers,
      replaced: replacedIn(base),
    },
  );
};

/** The histories of some values, each once, without the empty ones. */
const histories = <T extends Shaped>(args: readonly Traced<T>[]): readonly History<T>[] =>
  [...new Set(args.map((a) => a.history))].filter((h) => h.tap !== undefined || h.before.length > 0);

/** A value that was made from others. */
const after = <T extends Shaped>(value: T, args: readonly Traced<T>[]): Traced<T> => {
  const before = histories(args);
  return { value, shape: value.shape, history: before.length === 1 ? before[0] : { before } };
};

/**
 * An input without history.
 *
 * @example
 * taps([untraced(tensor([1], [7]))]) // {}
 */
export const untraced = <T extends Shaped>(value: T): Traced<T> => ({ value, shape: value.shape, history: { before: [] } });

/**
 * Every tagged value below `outputs` by name, in the order of the program.
 *
 * @example
 * const o = trace(reference);
 * Object.keys(taps([o.tag('here', untraced(tensor([], [1])))])) // ['here']
 */
export const taps = <T extends Shaped>(outputs: readonly Traced<T>[]): Readonly<Record<string, T>> =>
  Object.fromEntries(
    topologicalOrder(
      outputs.map((output) => output.history),
      (history) => history.before,
    ).flatMap((history) => (history.tap === undefined ? [] : [history.tap])),
  );
