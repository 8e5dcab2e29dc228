import { type Shape, showShape } from '../../tensor/shape.ts';

/**
 * The shape of an input as people write it: axes are numbers, letters, or multiples of letters (`3D`); the same letter is
 * the same length everywhere. `…` in front stands for any axes, the same ones everywhere.
 */
export type Axes = readonly (number | string)[];

/** Lengths by letter; `…` is a shape of its own. */
export interface Lengths {
  readonly [letter: string]: number | Shape;
}

const ANY = '…';
const split = (axis: string): readonly [times: number, letter: string] => {
  const [, times, letter] = /^(\d*)(.*)$/.exec(axis) as unknown as readonly [string, string, string];
  return [times === '' ? 1 : Number(times), letter];
};

/** `(…, 3D)` as text. */
export const showAxes = (axes: Axes): string => `(${axes.join(', ')})`;

/** The shape of `axes` when every letter's length is known; an unknown letter counts 1. */
export const shapeOf = (axes: Axes, lengths: Lengths): Shape =>
  axes.flatMap((axis) => {
    if (typeof axis === 'number') return [axis];
    if (axis === ANY) return lengths[ANY] ?? [];
    const [times, letter] = split(axis);
    return [times * ((lengths[letter] as number | undefined) ?? 1)];
  });

/**
 * Match a shape against axes, given the lengths found so far.
 *
 * @returns the lengths, the new letters among them, or what is wrong.
 */
export const match = (axes: Axes, shape: Shape, lengths: Lengths): { readonly lengths: Lengths; readonly problem?: string } => {
  const free = axes[0] === ANY;
  const tail = free ? axes.slice(1) : axes;
  const lead = shape.length - tail.length;
  const wrong = (): { readonly lengths: Lengths; readonly problem: string } => ({
    lengths,
    problem: `has shape ${showShape(shape)} and must be ${showAxes(axes)}${showKnown(axes, lengths)}`,
  });
  if (lead < 0 || (!free && lead > 0)) return wrong();
  const found: Record<string, number | Shape> = { ...lengths };
  if (free) {
    const leading = shape.slice(0, lead);
    const before = found[ANY] as Shape | undefined;
    if (before !== undefined && before.join() !== leading.join()) return wrong();
    found[ANY] = leading;
  }
  for (const [i, axis] of tail.entries()) {
    const length = shape[lead + i];
    const [times, letter] = typeof axis === 'number' ? [axis, ''] : split(axis);
    const unit = letter === '' ? 1 : ((found[letter] as number | undefined) ?? length / times);
    if (length !== times * unit || !Number.isInteger(unit)) return wrong();
    if (letter !== '') found[letter] = unit;
  }
  return { lengths: found };
};

/** What the letters of `axes` are already known to be: ` with D = 12`. */
const showKnown = (axes: Axes, lengths: Lengths): string => {
  const letters = [...new Set(axes.flatMap((axis) => (typeof axis === 'number' ? [] : [axis === ANY ? ANY : split(axis)[1]])))];
  const known = letters.filter((letter) => lengths[letter] !== undefined).map((letter) => `${letter} = ${lengths[letter]}`);
  return known.length === 0 ? '' : ` with ${known.join(', ')}`;
};
