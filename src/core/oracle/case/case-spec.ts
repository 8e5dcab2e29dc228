import type { Lengths } from '../request/axes.ts';

/**
 * Kinds of numbers that show bugs which ordinary ones hide: `small-variance` rows for LayerNorm's eps, rows at an
 * `offset` for a one-pass variance, `peaked` scores for the softmax, `extreme` ones (±100) for whoever subtracts no maximum or clamps, the negative
 * `tail` of GELU, `outliers`; `one-hot` and `ones` to shrink to; `whole` numbers, whose sums are exact in any order.
 */
export const CASE_FAMILIES = [
  'normal',
  'small-variance',
  'offset',
  'peaked',
  'extreme',
  'tail',
  'outliers',
  'one-hot',
  'ones',
  'whole',
] as const;
/** The name of a kind of numbers. */
export type CaseFamily = (typeof CASE_FAMILIES)[number];

/** A case in a few words: the same tensors everywhere and always. `draw` makes them. */
export interface CaseSpec {
  readonly op: string;
  /** Length of each axis letter of the operation's inputs; `…` is a shape. */
  readonly dims: Lengths;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** How the values of the main inputs are drawn; weights, biases, gains, labels have laws of their own. */
  readonly family: CaseFamily;
  readonly scale: number;
  readonly offset: number;
  readonly seed: number;
  /** Which of the optional inputs are given. */
  readonly given?: readonly string[];
  /** Inputs, and `dy`, that are whole numbers: the largest magnitude of each. */
  readonly whole?: Readonly<Record<string, number>>;
  /**
   * That every order of summation gives the same exact numbers in any format of at least so many bits of significand (8 is bfloat16, 11 float16 and TF32,
   * 24 float32): products, sums on the way and results are whole numbers that it holds. One wrong bit is a failure there.
   */
  readonly exact?: number;
  /** That it is large, and judged by a sample: at most so many indices along each axis of each output. */
  readonly sample?: number;
  /** Inputs that are not drawn but have these numbers, in row-major order; of `X.vjp` also `dy`. A case that was made small has them. */
  readonly values?: CaseValues;
  /** The place, from 0 to below 1, of the one number of each main input and weight that is another than in the case without it. */
  readonly nudge?: number;
  /** The place, from 0 to below 1, of the one number of the first main input that is NaN. */
  readonly nan?: number;
}

/** Numbers by input, as JSON has them: what it cannot write is a text, `"-0"`, `"NaN"`, `"Infinity"` or `"-Infinity"`. */
export type CaseValues = Readonly<Record<string, readonly (number | string)[]>>;
