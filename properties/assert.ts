import fc from 'fast-check';
import { showShape } from '../src/core/tensor/shape.ts';
import type { Implementation } from './implementation.ts';
import { judgeClaim, type LawVerdict, type Worst } from './judge-claim.ts';
import type { Claim, Law } from './law/law.ts';

/** Which cases a law is tried on. The same options give the same cases. */
export interface LawOptions {
  /** Where the cases start. @defaultValue 1 */
  readonly seed?: number;
  /** How many cases. @defaultValue 25 */
  readonly runs?: number;
  /** The path that a failure printed: repeats that one case. */
  readonly path?: string;
}

/** What became of a law. */
export interface LawOutcome {
  /** The name of the law. */
  readonly law: string;
  /** The name of the implementation. */
  readonly implementation: string;
  /** Whether no case broke the law and at least one number of a case was checked. */
  readonly holds: boolean;
  /** How many cases were tried: fewer than asked for when one failed. */
  readonly runs: number;
  /** How many numbers were compared. */
  readonly compared: number;
  /** How many of them had an infinite bound, so that nothing was checked. */
  readonly unproved: number;
  /** Largest `difference / bound` met. 0 where everything was exact. */
  readonly ratio: number;
  /** The largest bound met over the largest number it was for: from 1 on, the law says next to nothing about such a case. */
  readonly looseness: number;
  /** The smallest failing case found, and how to repeat it. */
  readonly failure?: string;
}

/** Laws of one seed meet different cases. */
const hash = (name: string): number => [...name].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) | 0, 7);
const number = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));

const describe = ({ output, shape, index, left, right, bound, ratio }: Worst): string =>
  `worst element: ${output}[${index.join(', ')}] of ${showShape(shape)}: left ${number(left)}, right ${number(right)}, ` +
  `difference ${Math.abs(left - right)}, bound ${bound}${bound > 0 ? `, ratio ${ratio.toPrecision(4)}` : ' (exact law)'}`;

/** What a case came to. */
interface Tried {
  readonly verdict?: LawVerdict;
  readonly error?: unknown;
}

const attempt = async (law: Law, claim: Claim, implementation: Implementation): Promise<Tried> => {
  try {
    return { verdict: await judgeClaim(law, claim, implementation) };
  } catch (error) {
    return { error };
  }
};
const broke = ({ verdict }: Tried): boolean => verdict?.holds !== true;

const report = (law: Law, name: string, claim: Claim | undefined, { verdict, error }: Tried, flaky: boolean, replay: string): string =>
  [
    `${name} breaks the law "${law.name}"`,
    `  ${law.statement}`,
    ...(verdict?.problem === undefined ? [] : [`  ${verdict.problem}`]),
    ...(verdict?.worst === undefined ? [] : [`  ${describe(verdict.worst)}`]),
    ...(error === undefined ? [] : [`  it threw: ${error instanceof Error ? error.message : String(error)}`]),
    ...(flaky ? ['  the same case held when it was run again: results differ from run to run'] : []),
    `  smallest case: ${JSON.stringify(claim?.spec)}`,
    `  again: ${replay}`,
  ].join('\n');

/**
 * Hold an implementation to a law on random cases; a failing case is shrunk.
 *
 * @example
 * const mine = fromInterpreter({ name: 'mine', ops: reference, read: (t) => t, bound: proved(FLOAT64) });
 * await check(softmaxLaws[0], mine, { runs: 5 }) // { holds: true, runs: 5, … }
 */
export const check = async (
  law: Law,
  implementation: Implementation,
  { seed = 1, runs = 25, path }: LawOptions = {},
): Promise<LawOutcome> => {
  let [compared, unproved, ratio, looseness] = [0, 0, 0, 0];
  let failed: Tried = {};
  const property = fc.asyncProperty(law.claims, async (claim) => {
    const tried = await attempt(law, claim, implementation);
    compared += tried.verdict?.compared ?? 0;
    unproved += tried.verdict?.unproved ?? 0;
    ratio = Math.max(ratio, tried.verdict?.worst?.ratio ?? 0);
    looseness = Math.max(looseness, tried.verdict?.looseness ?? 0);
    // The last case to fail is the smallest: shrinking goes on from it.
    if (broke(tried)) failed = tried;
    return !broke(tried);
  });
  const details = await fc.check(property, { seed: seed ^ hash(law.name), numRuns: runs, ...(path === undefined ? {} : { path }) });
  const outcome = {
    law: law.name,
    implementation: implementation.name,
    holds: !details.failed,
    runs: details.numRuns,
    compared,
    unproved,
    ratio,
    looseness,
  };
  if (!details.failed && unproved < compared) return outcome;
  if (!details.failed)
    return {
      ...outcome,
      holds: false,
      failure: `"${law.name}" could not be checked on ${implementation.name}: of ${compared} numbers none has a finite bound`,
    };
  const [claim] = details.counterexample ?? [];
  const flaky = claim !== undefined && !broke(await attempt(law, claim, implementation));
  const replay = `{ seed: ${seed}, path: '${details.counterexamplePath}' }`;
  return { ...outcome, failure: report(law, implementation.name, claim, failed, flaky, replay) };
};

/**
 * The same as `check`, for test frameworks.
 *
 * @throws Error with the law, the worst element, its bound, the smallest case, the seed and the path.
 * @example
 * const mine = fromInterpreter({ name: 'mine', ops: reference, read: (t) => t, bound: proved(FLOAT64) });
 * (await assert(softmaxLaws[0], mine, { runs: 5 })).holds // true
 */
export const assert = async (law: Law, implementation: Implementation, options: LawOptions = {}): Promise<LawOutcome> => {
  const outcome = await check(law, implementation, options);
  if (outcome.failure !== undefined) throw new Error(outcome.failure);
  return outcome;
};
