import { last, type Shape } from '../../tensor/shape.ts';
import type { CaseFamily } from './case-spec.ts';
import { bell, choices, uniform } from './noise.ts';

/** What values are made of: a name, a seed and a shape. */
export interface Place {
  readonly name: string;
  readonly seed: number;
  readonly shape: Shape;
}
/** The values of a place, row-major, in a fresh array. */
export type Law = (at: Place) => Float64Array;

/** Length of a row. */
export const row = ({ shape }: Place): number => Math.max(1, last(shape));

/** The same numbers, each made another, in the array that its maker has just given. */
export const each = (x: Float64Array, of: (x: number, i: number) => number): Float64Array => {
  for (let i = 0; i < x.length; i++) x[i] = of(x[i], i);
  return x;
};

export const normal: Law = ({ name, seed, shape }) => bell(name, seed, shape);

/** One choice out of `n` for each row. */
const perRow = (at: Place, n: number): Float64Array => choices(`${at.name}/row`, at.seed, at.shape.slice(0, -1), n);

/** Whole numbers from −most to most. */
export const whole =
  (most: number): Law =>
  ({ name, seed, shape }) =>
    each(choices(`${name}/whole`, seed, shape, 2 * most + 1), (k) => k - most);

/** The main inputs of a case, by their family. */
export const VALUES: { readonly [F in CaseFamily]: Law } = {
  normal,
  'small-variance': (at) => each(normal(at), (x) => 1e-3 * x),
  offset: (at) => {
    const [sign, n] = [perRow(at, 2), row(at)];
    return each(normal(at), (x, i) => 200 * sign[Math.floor(i / n)] - 100 + x);
  },
  peaked: (at) => each(normal(at), (x) => 12 * x),
  extreme: (at) => {
    const sign = choices(`${at.name}/sign`, at.seed, at.shape, 2);
    return each(normal(at), (x, i) => 200 * sign[i] - 100 + x);
  },
  tail: ({ name, seed, shape }) => each(uniform(name, seed, shape), (x) => -0.25 - 5.75 * Math.abs(x)),
  outliers: (at) => {
    const rare = choices(`${at.name}/rare`, at.seed, at.shape, 16);
    return each(normal(at), (x, i) => x * (rare[i] === 0 ? 100 : 1));
  },
  'one-hot': (at) => {
    const [hot, n] = [perRow(at, row(at)), row(at)];
    return each(uniform(at.name, at.seed, at.shape), (_, i) => (i % n === hot[Math.floor(i / n)] ? 1 : 0));
  },
  ones: (at) => each(uniform(at.name, at.seed, at.shape), () => 1),
  whole: whole(8),
};
