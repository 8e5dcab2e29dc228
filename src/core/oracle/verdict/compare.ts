import { type Shape, sameShape, showShape, strides } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Bounded } from '../bound/bounded.ts';
import { miscounted } from './malformed.ts';

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

/** Why an output fails: a value beyond its bound, a value that is not a number, another shape or count, nothing at all; or inputs written to. */
export type FailureClass = 'value' | 'nan' | 'shape' | 'missing' | 'inputs';

/** What comparing outputs with their bounds gives. */
export interface Comparison {
  /** How many numbers were held against a finite bound. */
  readonly compared: number;
  /** How many could not be: no bound could be proved for them. */
  readonly unproved: number;
  readonly failed: number;
  readonly failure?: FailureClass;
  /** Said where a shape or a count of numbers is wrong, or an output is missing. */
  readonly problem?: string;
  /** The element with the largest ratio. */
  readonly worst?: Element;
}

const indexOf = (shape: Shape, i: number): Shape => strides(shape).map((step, axis) => Math.floor(i / step) % shape[axis]);

/** The ratio of one element, by the rules for numbers that are not finite. */
const ratioOf = (got: number, want: number, bound: number): number => {
  if (got === want) return 0;
  return Number.isFinite(got) ? Math.abs(got - want) / bound : Number.POSITIVE_INFINITY;
};

const one = (output: string, got: Tensor | undefined, { value, error }: Bounded): Comparison => {
  const none = { compared: 0, unproved: 0, failed: 1 };
  if (got === undefined) return { ...none, failure: 'missing', problem: `${output} is missing` };
  if (!sameShape(got.shape, value.shape))
    return { ...none, failure: 'shape', problem: `${output} has shape ${showShape(got.shape)} and must be ${showShape(value.shape)}` };
  const count = miscounted(output, got);
  if (count !== undefined) return { ...none, failure: 'shape', problem: count };
  let [compared, unproved, failed, worst, at, nan] = [0, 0, 0, -1, 0, false];
  for (let i = 0; i < value.data.length; i++) {
    const bound = error.data[i];
    if (!Number.isFinite(bound) || !Number.isFinite(value.data[i])) {
      unproved++;
      continue;
    }
    compared++;
    const ratio = ratioOf(got.data[i], value.data[i], bound);
    if (!(ratio <= 1)) {
      failed++;
      nan ||= !Number.isFinite(got.data[i]);
    }
    if (ratio > worst) [worst, at] = [ratio, i];
  }
  return {
    compared,
    unproved,
    failed,
    ...(failed === 0 ? {} : { failure: nan ? ('nan' as const) : ('value' as const) }),
    ...(compared === 0
      ? {}
      : {
          worst: {
            output,
            index: indexOf(value.shape, at),
            got: got.data[at],
            want: value.data[at],
            bound: error.data[at],
            ratio: worst,
          },
        }),
  };
};

/** The worse of two elements. */
export const worse = (a: Element | undefined, b: Element | undefined): Element | undefined =>
  a === undefined ? b : b === undefined || a.ratio >= b.ratio ? a : b;

const RANK: readonly (FailureClass | undefined)[] = [undefined, 'value', 'nan', 'shape', 'missing', 'inputs'];

/** Two comparisons as one. */
export const both = (a: Comparison, b: Comparison): Comparison => {
  const failure = RANK.indexOf(a.failure) >= RANK.indexOf(b.failure) ? a.failure : b.failure;
  const problem = a.problem ?? b.problem;
  const worst = worse(a.worst, b.worst);
  return {
    compared: a.compared + b.compared,
    unproved: a.unproved + b.unproved,
    failed: a.failed + b.failed,
    ...(failure === undefined ? {} : { failure }),
    ...(problem === undefined ? {} : { problem }),
    ...(worst === undefined ? {} : { worst }),
  };
};

export const NOTHING: Comparison = { compared: 0, unproved: 0, failed: 0 };

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
