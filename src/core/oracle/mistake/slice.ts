import type { RecordedProgram } from '../../interpret/record.ts';
import type { Ops } from '../../language/ops.ts';
import { call } from '../../language/signatures.ts';
import { type Shaped, sameShape } from '../../tensor/shape.ts';

/** What a program is sliced by. */
export interface SliceOptions<T> {
  readonly input: (name: string) => T;
  /** What goes on behind a tag in place of the value that passes it, as the implementation's own activation; absent where that is not known, and passed over where it has another shape. */
  readonly instead: (name: string) => T | undefined;
}

/**
 * A recorded program place by place: of an output, or of what passes a tag (under its full name), the value that follows from the values that stand
 * behind the tags before it. Only what a place needs is computed, and once. `undefined` where the program has no such place.
 *
 * @example
 * import { record } from 'deit-oracle';
 * const program = record((o, { x }) => ({ y: o.scale(3, o.tag('here', o.scale(2, x))) }), { x: [1] });
 * const at = slice(program, reference, { input: () => tensor([1], [1]), instead: () => tensor([1], [5]) });
 * [at('here').data[0], at('y').data[0], at('there')] // [2, 15, undefined]
 */
export const slice = <T extends Shaped>(
  { instructions, outputs }: RecordedProgram,
  o: Ops<T>,
  { input, instead }: SliceOptions<T>,
): ((place: string) => T | undefined) => {
  const inside = new Map([['', o]]);
  const within = (where: string): Ops<T> => {
    const there = inside.get(where) ?? o.within(where.slice(0, -1));
    inside.set(where, there);
    return there;
  };
  const known = new Map<number, T>();
  const computed = (i: number): T => {
    const sofar = known.get(i);
    if (sofar !== undefined) return sofar;
    const { op, attrs, args, where, shape } = instructions[i];
    const forced = op === 'tag' ? instead(`${where}${attrs[0]}`) : undefined;
    const value =
      forced !== undefined && sameShape(forced.shape, shape)
        ? forced
        : op === 'input'
          ? input(attrs[0] as string)
          : call(within(where), op, attrs, args.map(computed));
    known.set(i, value);
    return value;
  };
  const places = new Map<string, number>(Object.entries(outputs));
  for (const { op, attrs, args, where } of instructions) if (op === 'tag') places.set(`${where}${attrs[0]}`, args[0]);
  return (place) => {
    const at = places.get(place);
    return at === undefined ? undefined : computed(at);
  };
};
