import type { Tensors } from '../../engine/engine.ts';
import { indexAt, type Shape, sameShape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Bounded } from '../bound/bounded.ts';
import type { Likely } from '../sigma/sigma-of.ts';
import { ratioOf } from './compare.ts';
import { miscounted } from './malformed.ts';

/**
 * How many standard deviations an honest implementation never errs by. Calibrated, not proved: `docs/second-tier.md` has what was measured, and the rate
 * of false alarms that follows from it.
 */
export const LAMBDA = 8;

/** One number, against its standard deviation. */
export interface Deviating {
  readonly output: string;
  readonly index: Shape;
  readonly got: number;
  readonly want: number;
  readonly sigma: number;
  /** |got − want| / σ. */
  readonly z: number;
}

/** What holding outputs against what is likely gives. */
export interface Statistics {
  /** Numbers that were held against λσ. */
  readonly compared: number;
  /** Those beyond it whose proved bound says something, and holds. */
  readonly beyond: number;
  /** Those beyond it of which nothing is proved. */
  readonly failed: number;
  /** How many numbers have no proved bound that says something: the second tier alone judges them. */
  readonly alone: number;
  /** The number with the largest z. */
  readonly worst?: Deviating;
}

/** Where nothing is said. */
export const NO_STATISTICS: Statistics = { compared: 0, beyond: 0, failed: 0, alone: 0 };

/** A bound that is as large as the largest number of its output says nothing of it. */
const sizeOf = ({ data }: Tensor): number => {
  let most = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) most = Math.max(most, Math.abs(data[i]));
  return most;
};

const one = (output: string, got: Tensor, { value, sigma }: Likely, bound: Bounded | undefined, lambda: number): Statistics => {
  const most = sizeOf(value);
  let { compared, beyond, failed, alone } = NO_STATISTICS;
  let [at, largest] = [-1, -1];
  for (let i = 0; i < value.data.length; i++) {
    // Where the format may overflow on the way, an honest number may be anything.
    if (!Number.isFinite(value.data[i]) || bound?.error.data[i] === Number.POSITIVE_INFINITY) continue;
    compared++;
    const proved = bound !== undefined && (bound.error.data[i] < most || bound.error.data[i] === 0);
    if (!proved) alone++;
    const z = ratioOf(got.data[i], value.data[i], sigma.data[i]);
    if (z > largest) [largest, at] = [z, i];
    if (z <= lambda) continue;
    if (proved) beyond++;
    else failed++;
  }
  if (at < 0) return NO_STATISTICS;
  const worst = { output, index: indexAt(value.shape, at), got: got.data[at], want: value.data[at], sigma: sigma.data[at], z: largest };
  return { compared, beyond, failed, alone, worst };
};

/** The further of two numbers. */
const further = (a: Deviating | undefined, b: Deviating | undefined): Deviating | undefined =>
  a === undefined || (b !== undefined && b.z > a.z) ? b : a;

/** Two findings as one. */
export const bothStatistics = (a: Statistics, b: Statistics): Statistics => {
  const worst = further(a.worst, b.worst);
  return {
    compared: a.compared + b.compared,
    beyond: a.beyond + b.beyond,
    failed: a.failed + b.failed,
    alone: a.alone + b.alone,
    ...(worst === undefined ? {} : { worst }),
  };
};

/**
 * Outputs held against what honest implementations are likely to give, number by number. An output that is missing or misshapen is not looked at: it
 * has failed already, before `judgeOutputs`.
 *
 * @param bounds what is proved, where it is: a number beyond λσ is then told (`beyond`) and not failed, if its bound is smaller than the largest
 * number of its output.
 * @example
 * const half = (o, { x }) => ({ y: o.scale(0.3, x) });
 * const likely = sigmaOf(FLOAT32, half, { x: tensor([2], [1, 2]) });
 * judgeStatistically({ y: tensor([2], [0.3, 0.60001]) }, likely).failed // 1
 */
export const judgeStatistically = (
  got: Tensors,
  want: Readonly<Record<string, Likely>>,
  bounds: Readonly<Record<string, Bounded>> = {},
  lambda: number = LAMBDA,
): Statistics =>
  Object.entries(want).reduce((sum, [name, likely]) => {
    const output = Object.hasOwn(got, name) ? got[name] : undefined;
    const absent = output === undefined || !sameShape(output.shape, likely.value.shape) || miscounted(name, output) !== undefined;
    return absent ? sum : bothStatistics(sum, one(name, output, likely, Object.hasOwn(bounds, name) ? bounds[name] : undefined, lambda));
  }, NO_STATISTICS);
