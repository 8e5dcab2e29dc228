import type { Tensors } from '../../engine/engine.ts';
import { mapRecord } from '../../params/map-record.ts';
import type { Likely } from '../sigma/sigma-of.ts';
import { judgeStatistically, LAMBDA } from '../verdict/statistics.ts';
import type { Mutant } from './mistake.ts';

/** How well a mistake shows in an arithmetic. */
export interface Dose {
  /** The largest deviation that the mistake makes, in standard deviations of honest implementations. */
  readonly z: number;
  /** Whether it is told from honest roundings, on these outputs and these inputs. */
  readonly told: boolean;
  /** The smallest share of the mistake, a power of two, that would be told; absent where not even 2²⁰ times as much would. */
  readonly smallest?: number;
}

/** What roundings of its own may take from a mistake. */
const OWN = 3;
/** 2²⁰ and 2⁻²⁰: shares that are looked at. */
const MOST = 1_048_576;
const LEAST = 1 / MOST;

/**
 * Whether a mistake can be told by its outputs at a precision, before anybody makes it: how far it takes them, beside λσ, if its effect grows as its
 * share does.
 *
 * @param wrong what the mistake gives in the reference
 * @param likely what is likely of the right program, at the precision
 * @example
 * const likely = sigmaOf(FLOAT32, (o, { x }) => ({ y: o.gelu(x) }), { x: tensor([1], [-2]) });
 * doseOf({ y: tensor([1], [-0.0454]) }, likely).told // true
 */
export const doseOf = (wrong: Tensors, likely: Readonly<Record<string, Likely>>): Dose => {
  const z = judgeStatistically(wrong, likely).worst?.z ?? 0;
  const needed = LAMBDA + OWN;
  if (!(z * MOST >= needed)) return { z, told: false };
  let smallest = MOST;
  while (smallest > LEAST && (z * smallest) / 2 >= needed) smallest /= 2;
  return { z, told: z >= needed, smallest };
};

/**
 * A share of a mistake: each result is so much of the wrong one and the rest of the right one.
 *
 * @example
 * import { mutantNamed, plant } from 'deit-oracle/oracle';
 * const given = { x: tensor([1], [1]) };
 * const half = plant(diluted(mutantNamed('relu-gelu'), 0.5));
 * const y = (task) => programOf(half({ op: 'gelu', attrs: {}, given, task }))(reference, task.inputs).y.data[0];
 * E.map((task) => y(task).toFixed(6))(taskOf('gelu', {}, given)) // right('0.920672')
 */
export const diluted = (mutant: Mutant, share: number): Mutant => ({
  name: `${mutant.name} × ${share}`,
  says: `${share} of ${mutant.says}`,
  at: mutant.at,
  task: (request) => {
    const wrong = mutant.task(request);
    if (wrong === undefined) return undefined;
    const right = request.task;
    return {
      ...wrong,
      program: (o, inputs) => {
        const results = right.program(o, inputs);
        return mapRecord((y, name) => o.add(o.scale(1 - share, results[name]), o.scale(share, y)), wrong.program(o, inputs));
      },
    };
  },
});
