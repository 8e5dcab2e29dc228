import { describe, expect, it } from 'vitest';
import { assert, type Law } from '../../properties/index.ts';
import { type Kind, SUBJECTS, type Subject } from './subjects.ts';

/** With DEIT_LAWS=all every subject is held to every law; DEIT_LAW_RUNS: how many cases of each. */
const ALL = process.env.DEIT_LAWS === 'all';
const RUNS = process.env.DEIT_LAW_RUNS;

/** One test for each law of a kind on each subject that is held to it. */
export const allObey = (kind: Kind, title: (name: string) => string, laws: (subject: Subject) => readonly Law[]): void => {
  for (const subject of SUBJECTS) {
    const { name, on, held, cases } = subject;
    const asked = laws(subject).filter((law) => ALL || (cases[kind] > 0 && held(law)));
    if (asked.length === 0) continue;
    describe(title(name), () => {
      if ('missing' in on) {
        it(`has no back end here: ${on.missing}`, (context) => context.skip(on.missing));
        return;
      }
      const runs = Number(RUNS ?? Math.max(1, cases[kind]));
      for (const law of asked)
        it(`${law.name}: ${law.statement}`, async () => {
          const { compared, unproved } = await assert(law, on[kind], { runs });
          expect(compared).toBeGreaterThan(0);
          if (on[kind].bits) expect(unproved).toBe(0);
        });
    });
  }
};
