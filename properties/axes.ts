import fc from 'fast-check';
import type { Shape } from '../src/core/tensor/shape.ts';
import { drawnLengths, drawnShapes } from './tensor-spec.ts';

/** How the axes of a call are drawn: few and short, or as kernels that work in blocks need them to show what they do. */
export interface DrawnAxes {
  /** Shapes with between `min` and `max` axes; fewer, but at least one and `min`, where they are long. */
  readonly shapes: (min: number, max: number) => fc.Arbitrary<Shape>;
  /** Nought or more leading axes, then `count` others. */
  readonly leading: (count: number) => fc.Arbitrary<{ readonly lead: Shape; readonly rest: Shape }>;
}

/** All of different length, so that no axis can pass for another. */
export const UNLIKE: DrawnAxes = {
  shapes: drawnShapes,
  leading: (count) =>
    fc.tuple(fc.nat(2), drawnLengths(count + 2, { min: 1, max: count + 4 })).map(([rank, all]) => ({ lead: all.slice(0, rank), rest: all.slice(2) })),
}; // biome-ignore format: one rule a line

/** One more than a block, two more, and a few blocks: what is left over, and what is not, of every usual block size. */
const LENGTHS = [17, 33, 65, 130, 200, 257];
/** One more than the widest token of a DeiT, 768, and as many as go with it. */
const WIDEST: Shape = [769, 7];
/** The most that two long axes hold together: enough for every block, little enough to be quick. */
const MOST = 5400;
const PAIRS: readonly Shape[] = LENGTHS.flatMap((a) => LENGTHS.filter((b) => a !== b && a * b <= MOST).map((b) => [a, b]));
/** `count` axes, two of them long (or the one), the others short; in any order. */
const long = (count: number): fc.Arbitrary<Shape> =>
  fc
    .tuple(fc.oneof(fc.constantFrom(...PAIRS), fc.constant(WIDEST)), drawnLengths(Math.max(0, count - 2), { min: 2, max: 6 }))
    .chain(([two, short]) => fc.shuffledSubarray([...two.slice(0, count), ...short], { minLength: count, maxLength: count }));

/** Longer than a block of any kernel: tails and whole blocks both. */
export const LONG: DrawnAxes = {
  shapes: (min, max) => fc.integer({ min: Math.max(1, min), max: Math.max(min, Math.min(2, max)) }).chain(long),
  leading: (count) => fc.tuple(fc.nat(1), long(count)).map(([rank, rest]) => ({ lead: [2].slice(0, rank), rest })),
};

const equal = (rank: number): fc.Arbitrary<Shape> => fc.integer({ min: 2, max: 5 }).map((n) => Array<number>(rank).fill(n));
/** All of one length: where a kernel that tells its axes by their length goes wrong. */
export const EQUAL: DrawnAxes = {
  shapes: (min, max) => fc.integer({ min, max }).chain(equal),
  leading: (count) =>
    fc.tuple(fc.nat(2), equal(count)).map(([rank, rest]) => ({ lead: Array<number>(rank).fill(rest[0]), rest })),
}; // biome-ignore format: one rule a line
