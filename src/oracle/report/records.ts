import type { Algorithm } from '../../core/engine/arithmetic.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import type { Comparison, Element, FailureClass } from '../../core/oracle/verdict/compare.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';
import { type Deviating, NO_STATISTICS, type Statistics } from '../../core/oracle/verdict/statistics.ts';

/**
 * - `pass`: every number is within its proved bound;
 * - `acceptable`: so it is for who computes as was declared, and it would not be otherwise: `algorithms` says by which of the ways declared;
 * - `suspect`: so it is, and some numbers are further from the right ones than an honest implementation is likely to be, as who rounds more than was declared;
 * - `partly`: what could be judged is within its bound, and that is at least half;
 * - `cannot tell`: so it is, and that is less than half;
 * - `fail`: a number is beyond its bound, not a number, or missing;
 * - `error`: the engine could not compile or run it, threw, or returned no tensors; or there is no such thing to check;
 * - `none`: there was nothing to judge.
 */
export type Verdict = 'pass' | 'acceptable' | 'suspect' | 'partly' | 'cannot tell' | 'fail' | 'error' | 'none';

/** What was found of one operation or of a forward pass. */
interface Findings extends Comparison {
  readonly verdict: Verdict;
  /** What the engine said when it gave up, or what is wrong with what it returned. */
  readonly problem?: string;
  /** The first step that fails, where there are steps: the culprit. */
  readonly divergence?: string;
  /** The share of the numbers that could be judged, 0 … 1. */
  readonly judged: number;
  /** Ways to compute that were declared, and without which it would fail; absent where it needs none. */
  readonly algorithms?: readonly Algorithm[];
  /** Known mistakes that explain every failure, each alone; two that do together as `a and b`. */
  readonly matches: readonly string[];
  /** Where no known mistake explains the failures, an honest way to compute that does, and was not declared. */
  readonly looksLike?: string;
  /** What really ran, in the engine's words. */
  readonly engine: string;
  readonly milliseconds: number;
}

/** The smallest case that fails in the same way as one that was found. */
export interface Smallest {
  readonly case: CaseSpec;
  /** How both fail; `error` where there are no outputs at all. */
  readonly failure: FailureClass | 'error';
  readonly worst?: Element;
  readonly problem?: string;
  /** How many cases were run to find it. */
  readonly tries: number;
  /** Whether there is nothing more to try; otherwise the time was over. */
  readonly finished: boolean;
}

/** One operation, over all its cases. */
export interface OperationReport extends Findings {
  readonly type: 'operation';
  readonly op: string;
  readonly cases: number;
  /** What they were drawn from: with it, they are the same again. */
  readonly seed: number;
  /** The number that is furthest from the right one in standard deviations of honest implementations, where that is known. */
  readonly likely?: Deviating;
  /** How many are further than `LAMBDA` of them, and within their proved bound, whatever that says. */
  readonly beyond?: number;
  /** In how many cases the same inputs gave other bits when they came again; absent where they never did. */
  readonly unsteady?: number;
  /** The case with the largest error in terms of its bound. */
  readonly case?: CaseSpec;
  /** What a failing case was made into. */
  readonly smallest?: Smallest;
}

/** A whole model on one image, step by step. */
export interface ForwardReport extends Findings {
  readonly type: 'forward';
  readonly model: string;
  readonly image: string;
  readonly steps: readonly StepVerdict[];
  /** Largest difference of a logit from the reference's own forward pass; told, not judged. */
  readonly logitsApart: number;
  /** Time to compile and run it on the engine. */
  readonly engineSeconds: number;
}

/** What was found of one operation, or of a forward pass. */
export type Report = OperationReport | ForwardReport;

/** The share of the numbers that were held against a bound that says something. */
export const judgedShare = ({ compared, vague, unproved }: Comparison): number => compared / Math.max(1, compared + vague + unproved);

/** The verdict of a comparison; `algorithms` are declared ways to compute that it needed. */
export const verdictOf = (
  found: Comparison,
  problem?: string,
  algorithms: readonly Algorithm[] = [],
  likely: Statistics = NO_STATISTICS,
): Verdict => {
  if (problem !== undefined) return 'error';
  if (found.failed > 0) return 'fail';
  if (found.compared + found.vague + found.unproved === 0) return 'none';
  const share = judgedShare(found);
  // What was declared explains what is unlikely of the usual way.
  if (likely.beyond + likely.failed > 0 && algorithms.length === 0) return 'suspect';
  if (share < 1) return share < 0.5 ? 'cannot tell' : 'partly';
  return algorithms.length > 0 ? 'acceptable' : 'pass';
};

/** From the best to the worst. */
const ORDER: readonly Verdict[] = ['pass', 'acceptable', 'partly', 'cannot tell', 'suspect'];

/**
 * What all reports come to, as the worst of them.
 *
 * @example
 * overall([]) // 'none'
 */
export const overall = (reports: readonly Report[]): Verdict => {
  const has = (verdict: Verdict): boolean => reports.some((report) => report.verdict === verdict);
  if (has('fail') || has('error')) return 'fail';
  return ORDER.findLast(has) ?? 'none';
};
