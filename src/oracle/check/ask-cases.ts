import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../core/engine/engine.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { shuffled } from '../../core/oracle/case/noise.ts';
import { type Case, caseOf } from '../runner/case.ts';
import { digest } from '../runner/digest.ts';
import type { CaseRunner } from '../runner/runner.ts';

/** Numbers of a small case, given and returned: it costs nothing to ask it again. */
const SMALL = 16_384;
/** How often a small case is asked in all; a large one comes twice. */
const ASKED = 4;
/** Operations whose reference multiplies by zeros, where others leave out what does not count: NaN comes out of it in more places. */
const DENSE: ReadonlySet<string> = new Set(['pos_interp', 'pos_interp.vjp']);
/** Where inputs are changed by one number: whoever remembers answers by the first or last numbers, or by every few of them, gives the old answer. */
const NUDGES = [0.41, 0.83];

/** How many numbers tensors hold. */
export const numbers = (tensors: Tensors): number => Object.values(tensors).reduce((n, { data }) => n + data.length, 0);

/** What became of asking. */
export interface Asked {
  /** The case that a runner gave up, and what it said. */
  readonly gaveUp?: { readonly one: Case; readonly problem: string };
  /** In how many cases the same inputs gave other bits when they came again. */
  readonly unsteady: number;
}

/** The case of one of the oracle's own specs. */
const made = (runner: CaseRunner, spec: CaseSpec): Case => {
  const one = caseOf(spec, runner.arithmetic);
  if (E.isLeft(one)) throw new Error(`the oracle's own case cannot be made: ${one.left}`);
  return one.right;
};

/**
 * Asks for every case, in an order that belongs to the seed: each once more, later and in another order, small ones many times, some with one number changed
 * and one with a NaN. Whoever remembers an earlier answer, or counts, shows it. Ends with the first case that is given up.
 *
 * @param found cases that come before all others
 * @param take is given each answer, those that came again only where they have other bits
 */
export const askCases = async (
  runner: CaseRunner,
  found: readonly CaseSpec[],
  specs: readonly CaseSpec[],
  seed: number,
  take: (one: Case, got: Tensors) => void,
): Promise<Asked> => {
  const answers = new Map<CaseSpec, string>();
  const small: CaseSpec[] = [];
  const known = new Map<CaseSpec, number>();
  const sizeOf = (spec: CaseSpec): number => known.get(spec) ?? 0;
  const unsteady = new Set<CaseSpec>();
  let gaveUp: Asked['gaveUp'];
  const round = async (order: readonly CaseSpec[], see: (one: Case, got: Tensors) => void): Promise<void> => {
    for (const spec of order) {
      if (gaveUp !== undefined) return;
      const one = made(runner, spec);
      const got = await runner.run(one);
      if (E.isLeft(got)) gaveUp = { one, problem: got.left };
      else see(one, got.right);
    }
  };
  await round([...found, ...shuffled('first', seed, specs)], (one, got) => {
    answers.set(one.spec, digest(got));
    known.set(one.spec, numbers(one.given) + numbers(got));
    if (sizeOf(one.spec) <= SMALL) small.push(one.spec);
    take(one, got);
  });
  for (let time = 1; time < ASKED; time++)
    await round(shuffled(`again/${time}`, seed, time === 1 ? [...found, ...specs] : small), (one, got) => {
      if (digest(got) === answers.get(one.spec) || unsteady.has(one.spec)) return;
      unsteady.add(one.spec);
      take(one, got);
    });
  // The largest of them, and of ordinary numbers: there one number more or less changes nothing but what depends on it.
  const ordinary = specs.filter((spec) => spec.family === 'normal' && small.includes(spec)).sort((a, b) => sizeOf(b) - sizeOf(a));
  await round(
    ordinary.slice(0, NUDGES.length).map((spec, i) => ({ ...spec, nudge: NUDGES[i] })),
    take,
  );
  const [first] = ordinary;
  if (first !== undefined && runner.arithmetic.propagatesNaN !== false && !DENSE.has(first.op)) await round([{ ...first, nan: 0.3 }], take);
  return { unsteady: unsteady.size, ...(gaveUp === undefined ? {} : { gaveUp }) };
};
