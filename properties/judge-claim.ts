import { ratioOf, walk } from '../src/core/oracle/verdict/compare.ts';
import { miscounted, noTensor } from '../src/core/oracle/verdict/malformed.ts';
import { indexAt, type Shape, sameShape, showShape } from '../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../src/core/tensor/tensor.ts';
import type { Implementation, Tensors } from './implementation.ts';
import type { Claim, Law, Side } from './law/law.ts';

/** The element that comes nearest to breaking a law, or breaks it most. */
export interface Worst {
  /** The output that it is an element of, and that output's shape. */
  readonly output: string;
  readonly shape: Shape;
  /** Its index along each axis. */
  readonly index: Shape;
  /** The element on each side. */
  readonly left: number;
  readonly right: number;
  /** The difference that rounding alone could make; 0 where the law is exact. */
  readonly bound: number;
  /** `|left − right| / bound`: over 1 breaks the law. */
  readonly ratio: number;
}

/** What a comparison found. */
export interface LawVerdict {
  /** Whether there were numbers to compare and every one was within its bound. */
  readonly holds: boolean;
  /** How many numbers were compared. */
  readonly compared: number;
  /** How many of them had an infinite bound: nothing could be proved about them, and nothing was checked. */
  readonly unproved: number;
  /** The largest finite bound over the largest number of the output that it is for: from 1 on, such a law says next to nothing. */
  readonly looseness: number;
  /** Set where the outputs cannot be compared element by element, or an input was changed. */
  readonly problem?: string;
  /** Absent where nothing was compared. */
  readonly worst?: Worst;
}

const broken = (problem: string): LawVerdict => ({ holds: false, compared: 0, unproved: 0, looseness: 0, problem });

/** What is wrong with an output before any number of it is looked at. */
const wrongWith = (output: string, t: Tensor): string | undefined => noTensor(output, t) ?? miscounted(output, t);

/** The largest finite bound over the largest number of both sides; 0 where all numbers are. */
const loosenessOf = (l: Tensor, r: Tensor, boundAt: (i: number) => number): number => {
  let [loosest, largest] = [0, 0];
  for (let i = 0; i < l.data.length; i++) {
    const bound = boundAt(i);
    if (bound !== Number.POSITIVE_INFINITY) loosest = Math.max(loosest, bound);
    largest = Math.max(largest, Math.abs(l.data[i]), Math.abs(r.data[i]));
  }
  return largest > 0 ? loosest / largest : 0;
};

/**
 * Compare named tensors element by element, each within its bound; `bounds` absent means exactly equal. Both sides need the same names
 * and shapes, and as many numbers as these say. NaN agrees with nothing, an infinity with itself alone; 0 and −0 are equal. Where the
 * bound is infinite nothing was proved, and any two numbers pass, NaN and infinities as well: they are counted in `unproved`.
 *
 * @param bounds the largest difference allowed, for each element of each output.
 * @param relation with `≥` the left may be larger by any amount, and smaller by its bound.
 * @example
 * compare({ y: tensor([2], [1, 2]) }, { y: tensor([2], [1, 2.5]) }, { y: tensor([2], [0.25, 0.25]) }).worst
 * // { output: 'y', shape: [2], index: [1], left: 2, right: 2.5, bound: 0.25, ratio: 2 }
 */
export const compare = (left: Tensors, right: Tensors, bounds?: Tensors, relation: Claim['relation'] = '='): LawVerdict => {
  const names = Object.keys(left);
  const missing = [...names.filter((n) => !(n in right)), ...Object.keys(right).filter((n) => !(n in left))];
  if (missing.length > 0) return broken(`only one side has the outputs ${missing.join(', ')}`);
  let worst: Worst | undefined;
  let compared = 0;
  let unproved = 0;
  let looseness = 0;
  for (const output of names) {
    const [l, r] = [left[output], right[output]];
    const malformed = wrongWith(output, l) ?? wrongWith(output, r);
    if (malformed !== undefined) return broken(malformed);
    if (!sameShape(l.shape, r.shape))
      return broken(`${output} has shape ${showShape(l.shape)} on the left, ${showShape(r.shape)} on the right`);
    const [a, b, bound] = [l.data, r.data, bounds?.[output].data];
    const boundAt = (i: number): number => (bound === undefined ? 0 : bound[i]);
    const found = walk(a.length, (i) => {
      if (boundAt(i) !== Number.POSITIVE_INFINITY) return relation === '≥' && a[i] > b[i] ? 0 : ratioOf(a[i], b[i], boundAt(i));
      unproved++;
      return 0;
    });
    compared += found.compared;
    looseness = Math.max(looseness, loosenessOf(l, r, boundAt));
    if (found.worst === undefined) continue;
    const { at, ratio } = found.worst;
    if (worst === undefined || ratio > worst.ratio)
      worst = { output, shape: l.shape, index: indexAt(l.shape, at), left: a[at], right: b[at], bound: boundAt(at), ratio };
  }
  return { holds: compared > 0 && (worst?.ratio ?? 0) <= 1, compared, unproved, looseness, ...(worst === undefined ? {} : { worst }) };
};

const rounded = (by: Implementation, inputs: Tensors): Tensors =>
  Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, generate(t.shape, (i) => by.round(t.data[i]))]));
const copied = (inputs: Tensors): readonly Float64Array[] => Object.values(inputs).map((t) => t.data.slice());

/** Whether two tensors that should be untouched are the same bit for bit. */
const unchanged = (before: readonly Float64Array[], after: Tensors): boolean =>
  Object.values(after).every((t: Tensor, k) => before[k].every((v, i) => Object.is(v, t.data[i])));

/**
 * Run both sides of a claim and compare them, exactly where the law is exact for those who run it, elsewhere within the sum of their
 * bounds. Inputs are rounded by the subject first. Every run also checks that no input was written to.
 *
 * @example
 * const square = equation({
 *   spec: 'x² = 2x at 1',
 *   inputs: { x: tensor([], [1]) },
 *   left: (o, { x }) => ({ y: o.mul(x, x) }),
 *   right: (o, { x }) => ({ y: o.scale(2, x) }),
 * });
 * await judgeClaim({ exact: 'everywhere' }, square, fromEngine(referenceEngine, { bound: proved(FLOAT64) }))
 * // { holds: false, compared: 1, unproved: 0, looseness: 0, worst: { output: 'y', left: 1, right: 2, ratio: Infinity, … } }
 */
export const judgeClaim = async (
  law: Pick<Law, 'exact'>,
  { left, right, relation = '=' }: Claim,
  subject: Implementation,
): Promise<LawVerdict> => {
  const run = async ({ program, inputs, by = subject }: Side) => {
    const given = rounded(subject, inputs);
    const before = copied(given);
    const outputs = await by.run(program, given);
    return { by, program, given, outputs, intact: unchanged(before, given) };
  };
  const [l, r] = [await run(left), await run(right)];
  if (!l.intact || !r.intact) return broken('an input was changed by the program that read it');
  const exact = law.exact === 'everywhere' || (law.exact === 'reference' && l.by.bits && r.by.bits);
  if (exact) return compare(l.outputs, r.outputs, undefined, relation);
  const [a, b] = [l.by.bound(l.program, l.given), r.by.bound(r.program, r.given)];
  const sum = Object.fromEntries(Object.keys(a).map((n) => [n, generate(a[n].shape, (i) => a[n].data[i] + (b[n]?.data[i] ?? 0))]));
  return compare(l.outputs, r.outputs, sum, relation);
};
