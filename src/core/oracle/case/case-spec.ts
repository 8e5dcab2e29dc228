import type { Lengths } from '../request/axes.ts';

/**
 * Kinds of numbers that show bugs which ordinary ones hide: `small-variance` rows for LayerNorm's eps, rows at an
 * `offset` for a one-pass variance, `peaked` scores for the softmax, the negative `tail` of GELU, `outliers`; `one-hot`
 * and `ones` to shrink to.
 */
export const CASE_FAMILIES = ['normal', 'small-variance', 'offset', 'peaked', 'tail', 'outliers', 'one-hot', 'ones'] as const;
/** The name of a kind of numbers. */
export type CaseFamily = (typeof CASE_FAMILIES)[number];

/** A case in a few words: the same tensors everywhere and always. `draw` makes them. */
export interface CaseSpec {
  readonly op: string;
  /** Length of each axis letter of the operation's inputs, all different; `…` is a shape. */
  readonly dims: Lengths;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** How the values of the main inputs are drawn; weights, biases, gains, labels have laws of their own. */
  readonly family: CaseFamily;
  readonly scale: number;
  readonly offset: number;
  readonly seed: number;
  /** Which of the optional inputs are given. */
  readonly given?: readonly string[];
  /** Inputs that are not drawn but have these numbers, in row-major order; of `X.vjp` also `dy`. A case that was made small has them. */
  readonly values?: CaseValues;
  /** The place, from 0 to below 1, of the one number of each main input and weight that is another than in the case without it. */
  readonly nudge?: number;
  /** The place, from 0 to below 1, of the one number of the first main input that is NaN. */
  readonly nan?: number;
}

/** Numbers by input, as JSON has them: what it cannot write is a text, `"-0"`, `"NaN"`, `"Infinity"` or `"-Infinity"`. */
export type CaseValues = Readonly<Record<string, readonly (number | string)[]>>;
