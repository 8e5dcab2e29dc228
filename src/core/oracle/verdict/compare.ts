import { indexAt, type Shape, sameShape, showShape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Bounded } from '../bound/bounded.ts';
import { miscounted } from './malformed.ts';

/**
 * `|a − b| / bound`: over 1 breaks the bound. Equal numbers have ratio 0 under any bound, so an infinity agrees with itself, and 0 with −0. What is no
 * number is ∞: NaN is within no bound.
 *
 * @example
 * [ratioOf(2, 2.5, 0.25), ratioOf(Infinity, Infinity, 0), ratioOf(NaN, NaN, 1)] // [2, 0, Infinity]
 */
export const ratioOf = (a: number, b: number, bound: number): number => {
  if (a === b) return 0;
  const ratio = Math.abs(a - b) / bound;
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
};

/** The first element with the largest ratio, counted in row-major order. */
export interface Largest {
  readonly at: number;
  readonly ratio: number;
}

/** What a walk over elements found. */
export interface Walk {
  /** How many elements have a ratio. */
  readonly compared: number;
  /** How many of them have one over 1. */
  readonly failed: number;
  /** Absent where none has. */
  readonly worst?: Largest;
}

/**
 * Every element of two tensors of one shape, in row-major order, each by its ratio of difference to bound; `undefined` where it has none.
 *
 * The oracle and the laws differ only in the ratio they give. To the oracle one side is right: an element whose bound or right value is not finite
 * has none, since whoever computes with fewer digits may overflow there. To a law both sides are answers: infinite ones are compared, as an exact law
 * holds of them too, and only an infinite bound says that nothing was proved. The law still counts such an element, with ratio 0.
 *
 * @example
 * walk(3, (i) => ratioOf([1, 2, 3][i], 1, 0.5)) // { compared: 3, failed: 2, worst: { at: 2, ratio: 4 } }
 */
export const walk = (count: number, ratioAt: (i: number) => number | undefined): Walk => {
  let [compared, failed, at, largest] = [0, 0, -1, 0];
  for (let i = 0; i < count; i++) {
    const ratio = ratioAt(i);
    if (ratio === undefined) continue;
    compared++;
    if (ratio > 1) failed++;
    if (at < 0 || ratio > largest) [largest, at] = [ratio, i];
  }
  return { compared, failed, ...(at < 0 ? {} : { worst: { at, ratio: largest } }) };
};

/** One element, against its bound. */
export interface Element {
  readonly output: string;
  readonly index: Shape;
  readonly got: number;
  readonly want: number;
  readonly bound: number;
  /** |got − want| / bound; over 1 is a failure. */
  readonly ratio: number;
}

/**
 * Why somebody fails: a value beyond its bound, a value that is not a number, another shape or count, nothing at all; other bits for the same inputs where
 * the same were promised; inputs written to; or the language itself tampered with.
 */
export type FailureClass = 'value' | 'nan' | 'shape' | 'missing' | 'unsteady' | 'inputs' | 'tampering';

/**
 * Numbers that are NaN or infinite where the right value is an ordinary one and has no bound. Where something may overflow on the way that can be an
 * honest answer, so it is told and not judged.
 */
export interface Strange {
  readonly count: number;
  /** The first of them. */
  readonly output: string;
  readonly index: Shape;
  readonly got: number;
}

/** What comparing outputs with their bounds gives. Every number is in one of `compared`, `vague`, `unproved`. */
export interface Comparison {
  /** How many numbers were held against a bound that says something. */
  readonly compared: number;
  /**
   * How many were held against one that does not, being as large as the numbers of the output are (their root mean square): whoever is within it may
   * still be wrong in every digit. Beyond it they fail like any other.
   */
  readonly vague: number;
  /** How many could not be: the format may overflow on the way to them. */
  readonly unproved: number;
  /** Those of them that are not finite and should be; absent where none is. */
  readonly strange?: Strange;
  readonly failed: number;
  readonly failure?: FailureClass;
  /** Said where a shape or a count of numbers is wrong, or an output is missing. */
  readonly problem?: string;
  /** The element with the largest ratio. */
  readonly worst?: Element;
}

/**
 * Numbers that are smaller than this beside their bound are 0 in all that can be said of them, as the divergence of a distribution from itself is: a bound
 * that is larger than they are still says that.
 */
const NOUGHT = 1.4901161193847656e-8;

/** The root mean square of the finite numbers; where all are 0 no bound is too large. */
const typicalOf = (wanted: Tensor['data']): number => {
  let [sum, count, largest] = [0, 0, 0];
  for (let i = 0; i < wanted.length; i++) if (Number.isFinite(wanted[i])) largest = Math.max(largest, Math.abs(wanted[i]));
  if (largest === 0) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < wanted.length; i++) {
    if (!Number.isFinite(wanted[i])) continue;
    sum += (wanted[i] / largest) * (wanted[i] / largest);
    count++;
  }
  return largest * Math.sqrt(sum / count);
};

const one = (output: string, got: Tensor | undefined, { value, error }: Bounded): Comparison => {
  const none = { compared: 0, vague: 0, unproved: 0, failed: 1 };
  if (got === undefined) return { ...none, failure: 'missing', problem: `${output} is missing` };
  if (!sameShape(got.shape, value.shape))
    return { ...none, failure: 'shape', problem: `${output} has shape ${showShape(got.shape)} and must be ${showShape(value.shape)}` };
  const count = miscounted(output, got);
  if (count !== undefined) return { ...none, failure: 'shape', problem: count };
  const [values, wanted, bounds] = [got.data, value.data, error.data];
  const element = ({ at, ratio }: Largest): Element => {
    const index = indexAt(value.shape, at);
    return { output, index, got: values[at], want: wanted[at], bound: bounds[at], ratio };
  };
  const typical = typicalOf(wanted);
  let [nan, vague] = [false, 0];
  let strange: Strange | undefined;
  const { compared, failed, worst } = walk(wanted.length, (i) => {
    if (!Number.isFinite(bounds[i]) || !Number.isFinite(wanted[i])) {
      if (Number.isFinite(wanted[i]) && !Number.isFinite(values[i]))
        strange = { ...(strange ?? { output, index: indexAt(value.shape, i), got: values[i] }), count: (strange?.count ?? 0) + 1 };
      return undefined;
    }
    nan ||= !Number.isFinite(values[i]);
    if (bounds[i] >= typical && typical >= bounds[i] * NOUGHT) vague++;
    return ratioOf(values[i], wanted[i], bounds[i]);
  });
  return {
    compared: compared - vague,
    vague,
    unproved: wanted.length - compared,
    ...(strange === undefined ? {} : { strange }),
    failed,
    ...(failed === 0 ? {} : { failure: nan ? ('nan' as const) : ('value' as const) }),
    ...(worst === undefined ? {} : { worst: element(worst) }),
  };
};

/** The worse of two elements. */
export const worse = (a: Element | undefined, b: Element | undefined): Element | undefined =>
  a === undefined ? b : b === undefined || a.ratio >= b.ratio ? a : b;

const RANK: readonly (FailureClass | undefined)[] = [undefined, 'value', 'nan', 'shape', 'missing', 'unsteady', 'inputs', 'tampering'];

/** Two comparisons as one. */
export const both = (a: Comparison, b: Comparison): Comparison => {
  const [graver, other] = RANK.indexOf(a.failure) >= RANK.indexOf(b.failure) ? [a, b] : [b, a];
  const { failure } = graver;
  const problem = graver.problem ?? other.problem;
  const first = a.strange ?? b.strange;
  const strange = first === undefined ? {} : { strange: { ...first, count: (a.strange?.count ?? 0) + (b.strange?.count ?? 0) } };
  const worst = worse(a.worst, b.worst);
  return {
    compared: a.compared + b.compared,
    vague: a.vague + b.vague,
    unproved: a.unproved + b.unproved,
    ...strange,
    failed: a.failed + b.failed,
    ...(failure === undefined ? {} : { failure }),
    ...(problem === undefined ? {} : { problem }),
    ...(worst === undefined ? {} : { worst }),
  };
};

export const NOTHING: Comparison = { compared: 0, vague: 0, unproved: 0, failed: 0 };

/**
 * Hold outputs against the bounds: every element of every wanted output, none skipped.
 *
 * @example
 * judgeOutputs({ y: tensor([1], [2]) }, { y: exact(tensor([1], [1])) }).failed // 1
 */
export const judgeOutputs = (got: Readonly<Record<string, Tensor>>, want: Readonly<Record<string, Bounded>>): Comparison =>
  Object.entries(want).reduce(
    (sum, [name, bound]) => both(sum, one(name, Object.hasOwn(got, name) ? got[name] : undefined, bound)),
    NOTHING,
  );
