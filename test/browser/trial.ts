import { check, FLOAT64, fromInterpreter, type Implementation, type Law, proved } from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Verdict } from '../gpu/judged.ts';

/** What a trial found: whether it holds, the largest error / bound, and the first thing that is wrong. */
export interface Finding {
  readonly holds: boolean;
  readonly ratio: number;
  readonly failure?: string;
}

/** A case or a law, ready to run. */
export interface Trial {
  readonly name: string;
  readonly run: () => Promise<Finding>;
}

/** What became of a trial. */
export interface Outcome extends Finding {
  readonly name: string;
  readonly seconds: number;
}

/** All that was tried on one engine. */
export interface Tried {
  readonly engine: string;
  /** What ran it, in the engine's words. */
  readonly device: string;
  readonly outcomes: readonly Outcome[];
}

/** The reference, for laws of agreement: bit for bit where the other side claims its bits. */
export const definition = fromInterpreter({ name: 'the reference', ops: reference, read: (t) => t, bound: proved(FLOAT64), bits: true });

/** A case that is judged so. */
export const caseTrial = (name: string, judge: () => Promise<Verdict>): Trial => ({
  name,
  run: async () => {
    const { ratio, at } = await judge();
    return ratio <= 1 ? { holds: true, ratio } : { holds: false, ratio, failure: at };
  },
});

/** Laws on random cases. */
export const lawTrials = (laws: readonly Law[], subject: Implementation, runs: number): readonly Trial[] =>
  laws.map((law) => ({ name: `law: ${law.name}`, run: () => check(law, subject, { runs }) }));

const attempted = async ({ run }: Trial): Promise<Finding> => {
  try {
    const { holds, ratio, failure } = await run();
    return { holds, ratio, ...(failure === undefined ? {} : { failure }) };
  } catch (error) {
    return { holds: false, ratio: Number.POSITIVE_INFINITY, failure: String(error) };
  }
};

/** Run the trials whose name matches `wanted`, one after another. */
export const outcomesOf = async (trials: readonly Trial[], wanted: RegExp): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const trial of trials.filter(({ name }) => wanted.test(name))) {
    const start = performance.now();
    const finding = await attempted(trial);
    outcomes.push({ name: trial.name, seconds: (performance.now() - start) / 1000, ...finding });
  }
  return outcomes;
};
