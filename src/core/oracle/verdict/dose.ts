import type { Tensors } from '../../engine/engine.ts';
import type { Ops } from '../../language/ops.ts';
import type { Shaped } from '../../tensor/shape.ts';
import type { Likely } from '../sigma/sigma-of.ts';
import type { Mutant } from './mutants.ts';
import { judgeStatistically, LAMBDA } from './statistics.ts';

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
 * A share of a mistake: each operation that it replaces gives so much of the wrong result and the rest of the right one.
 *
 * @example
 * import { mutantNamed, plant } from 'deit-oracle/oracle';
 * const half = diluted(mutantNamed('relu-gelu'), 0.5);
 * plant(half)((o, { x }) => ({ y: o.gelu(x) }))(reference, { x: tensor([1], [1]) }).y.data // ≈ [0.92067]
 */
export const diluted = (mutant: Mutant, share: number): Mutant => {
  type Rule<T> = (...all: unknown[]) => T;
  const mixed =
    <T extends Shaped>(o: Ops<T>, right: Rule<T>, wrong: Rule<T>): Rule<T> =>
    (...all) =>
      o.add(o.scale(1 - share, right(...all)), o.scale(share, wrong(...all)));
  return {
    name: `${mutant.name} × ${share}`,
    says: `${share} of ${mutant.says}`,
    change: <T extends Shaped>(o: Ops<T>) => {
      const own = Object.entries(mutant.change(o)) as [keyof Ops<T>, Rule<T>][];
      return Object.fromEntries(own.map(([op, wrong]) => [op, mixed(o, o[op] as Rule<T>, wrong)])) as ReturnType<typeof mutant.change<T>>;
    },
  };
};
