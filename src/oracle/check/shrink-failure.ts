import * as E from 'fp-ts/lib/Either.js';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { valuesOf } from '../../core/oracle/shrink/pinned.ts';
import { shrinking } from '../../core/oracle/shrink/shrinking.ts';
import { NOTHING } from '../../core/oracle/verdict/compare.ts';
import type { Smallest } from '../report/records.ts';
import { type Case, caseOf } from '../runner/case.ts';
import type { CaseRunner } from '../runner/runner.ts';
import { judgeAnswer } from './judging.ts';

/** How long to look for the smallest case. */
export interface ShrinkOptions {
  /** @defaultValue 5000 */
  readonly milliseconds?: number;
  /** The time in milliseconds. @defaultValue performance.now */
  readonly now?: () => number;
  /** A new runner, where a failure can only be seen by one: who once wrote to an input has done so for ever. */
  readonly fresh?: () => CaseRunner;
}

/** Numbers that a report can show; beyond them a case is better told by how it is drawn. */
const SHOWN = 128;

type CaseFailure = Smallest['failure'];

/** How far beyond its bound a number stays at least, if it was: just beyond, another machine might not see it. */
const CLEAR = 10;

/** What a case comes to: how it fails, and what is said of that. */
interface Outcome extends Pick<Smallest, 'worst' | 'problem'> {
  readonly failure?: CaseFailure;
}

const outcomeOn = async (runner: CaseRunner, one: Case, isFresh: boolean): Promise<Outcome> => {
  const got = await runner.run(one);
  if (E.isLeft(got)) return { failure: 'error', problem: got.left };
  // Of a runner that ran before it is not known which case it was.
  const untouched = isFresh ? runner.untouched() : NOTHING;
  const { failure, worst, problem } = untouched.failed > 0 ? untouched : judgeAnswer(runner.arithmetic, one, got.right).comparison;
  return {
    ...(failure === undefined ? {} : { failure }),
    ...(worst === undefined ? {} : { worst }),
    ...(problem === undefined ? {} : { problem }),
  };
};

/**
 * The smallest case that fails as one does: the same operation, the same kind of failure, the same judge.
 *
 * @param failure how it fails, `error` where the runner gives up
 * @returns the best that was found when the time was over; nothing where the case does not fail again
 */
export const shrinkFailure = async (
  runner: CaseRunner,
  one: Case,
  failure: CaseFailure,
  { milliseconds = 5000, now = () => performance.now(), fresh }: ShrinkOptions = {},
): Promise<Smallest | undefined> => {
  const end = now() + milliseconds;
  const outcome = async (made: Case): Promise<Outcome> => {
    if (fresh === undefined) return outcomeOn(runner, made, false);
    const another = fresh();
    try {
      return await outcomeOn(another, made, true);
    } finally {
      another.dispose();
    }
  };
  let tries = 1;
  const first = await outcome(one);
  if (first.failure !== failure) return undefined;
  const clear = Math.min(first.worst?.ratio ?? 0, CLEAR);
  let [recipe, best] = [
    { spec: one.spec, found: first },
    { spec: one.spec, found: first },
  ];
  const failed = new Set<string>();
  const stillFails = async (spec: CaseSpec): Promise<boolean> => {
    const key = JSON.stringify(spec);
    if (failed.has(key)) return false;
    const made = caseOf(spec, runner.arithmetic);
    if (E.isRight(made)) {
      tries++;
      const found = await outcome(made.right);
      if (found.failure === failure && (failure !== 'value' || (found.worst?.ratio ?? 0) >= clear)) {
        best = { spec, found };
        if (spec.values === undefined) recipe = best;
        return true;
      }
    }
    failed.add(key);
    return false;
  };
  const search = shrinking(one.spec);
  let step = search.next(false);
  while (!step.done && now() < end) step = search.next(await stillFails(step.value));
  const { spec, found } = valuesOf(best.spec) <= SHOWN ? best : recipe;
  const { failure: _same, ...said } = found;
  return { case: spec, failure, ...said, tries, finished: step.done === true };
};
