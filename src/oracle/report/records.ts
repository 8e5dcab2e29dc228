import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import type { Comparison } from '../../core/oracle/verdict/compare.ts';
import type { StepVerdict } from '../../core/oracle/verdict/layerwise.ts';

/**
 * - `pass`: every number is within its proved bound;
 * - `suspect`: so is every number that has one, but some have none;
 * - `fail`: a number is beyond its bound, not a number, or missing;
 * - `error`: the engine could not compile or run it, threw, or returned no tensors; or there is no such thing to check;
 * - `none`: there was nothing to judge.
 */
export type Verdict = 'pass' | 'suspect' | 'fail' | 'error' | 'none';

/** What was found of one operation or of a forward pass. */
interface Findings extends Comparison {
  readonly verdict: Verdict;
  /** What the engine said when it gave up, or what is wrong with what it returned. */
  readonly problem?: string;
  /** The first step that fails, where there are steps: the culprit. */
  readonly divergence?: string;
  /** Known mistakes that explain every failure, each alone; two that do together as `a and b`. */
  readonly matches: readonly string[];
  /** What really ran, in the engine's words. */
  readonly engine: string;
  readonly milliseconds: number;
}

/** One operation, over all its cases. */
export interface OperationReport extends Findings {
  readonly type: 'operation';
  readonly op: string;
  readonly cases: number;
  /** The case with the largest error in terms of its bound. */
  readonly case?: CaseSpec;
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

/** The verdict of a comparison. */
export const verdictOf = ({ compared, unproved, failed }: Comparison, problem?: string): Verdict => {
  if (problem !== undefined) return 'error';
  if (failed > 0) return 'fail';
  if (compared === 0) return 'none';
  return unproved > 0 ? 'suspect' : 'pass';
};

/**
 * What all reports come to, as the worst of them.
 *
 * @example
 * overall([]) // 'none'
 */
export const overall = (reports: readonly Report[]): Verdict => {
  const has = (verdict: Verdict): boolean => reports.some((report) => report.verdict === verdict);
  if (has('fail') || has('error')) return 'fail';
  if (!has('pass') && !has('suspect')) return 'none';
  return has('suspect') ? 'suspect' : 'pass';
};
