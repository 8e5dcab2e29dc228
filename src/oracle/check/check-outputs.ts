import * as E from 'fp-ts/lib/Either.js';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { taskOf } from '../../core/oracle/request/operation-table.ts';
import { programOf } from '../../core/oracle/request/task.ts';
import { type Likely, type Sampling, sigmaOf } from '../../core/oracle/sigma/sigma-of.ts';
import { both, type Comparison, judgeOutputs, NOTHING } from '../../core/oracle/verdict/compare.ts';
import { type Judgement, judgeBoth, type TwoTierVerdict } from '../../core/oracle/verdict/second-tier.ts';
import { judgeStatistically, type Statistics } from '../../core/oracle/verdict/statistics.ts';
import { mapRecord } from '../../core/params/map-record.ts';
import { full } from '../../core/tensor/tensor.ts';
import { engineRunner } from '../runner/engine.ts';
import { type CheckOptions, refused } from './check.ts';
import type { ModelCase } from './model-case.ts';

/** A whole model, judged by its outputs alone. */
export interface OutputsReport {
  readonly type: 'outputs';
  readonly model: string;
  readonly image: string;
  readonly verdict: TwoTierVerdict | 'error';
  /** What the verdict rests on. */
  readonly says: string;
  /** What is wrong with the outputs before any number is looked at; nothing is proved of the numbers. */
  readonly proved: Comparison;
  readonly likely: Statistics;
  /** How many samples the standard deviations were measured from. */
  readonly samples: number;
  /** What really ran, in the engine's words. */
  readonly engine: string;
  readonly milliseconds: number;
}

/** Nothing is proved of a whole model that is worth having. */
const unproved = ({ value }: Likely) => ({ shape: value.shape, value, error: full(value.shape, Number.POSITIVE_INFINITY) });

/**
 * A forward pass on one image, its logits alone, against what honest implementations are likely to give: what there is to say of an implementation that
 * shows nothing of what is inside. Where it shows activations, `checkForward` says more, and proves it.
 *
 * @example
 * import { drawCase } from 'deit-oracle/oracle';
 * const attrs = { dim: 12, depth: 1, heads: 3, patch: 4, image: [8, 12], classes: 5, distilled: true };
 * const drawn = drawCase({ op: 'forward', dims: { B: 1 }, attrs, family: 'normal', scale: 1, offset: 0, seed: 1 });
 * const small = { model: 'a small one', image: 'noise', attrs, given: E.getOrElse(() => ({}))(drawn) };
 * checkOutputs({ engine: referenceEngine, cases: 1, seed: 1 }, small).then(({ says }) => says) // 'pass (second tier)'
 */
export const checkOutputs = async (
  options: CheckOptions,
  { model, image, attrs, given }: ModelCase,
  { samples = 16, seed = options.seed }: Sampling = {},
): Promise<OutputsReport> => {
  const { engine, plant, progress = () => {} } = options;
  const started = performance.now();
  const task = taskOf('forward', attrs, given);
  if (E.isLeft(task)) throw new Error(`the oracle's own model cannot be made: ${task.left}`);
  const spec: CaseSpec = { op: 'forward', dims: {}, attrs, family: 'normal', scale: 1, offset: 0, seed: 0 };
  const runner = engineRunner(engine, plant);
  const refusal = refused(engine.arithmetic, options);
  const got = refusal === undefined ? await runner.run({ spec, given, task: task.right, followed: false }) : E.left(refusal);
  progress(`drawing ${samples} passes of ${model}`, 0);
  const want = E.isLeft(got) ? {} : sigmaOf(engine.arithmetic, programOf(task.right), task.right.inputs, { samples, seed });
  const outputs = E.isLeft(got) ? {} : got.right;
  const proved = both(E.isLeft(got) ? NOTHING : judgeOutputs(outputs, mapRecord(unproved, want)), runner.untouched());
  const likely = judgeStatistically(outputs, want);
  const judgement: Judgement | { readonly verdict: 'error'; readonly says: string } = E.isLeft(got)
    ? { verdict: 'error', says: got.left }
    : judgeBoth(proved, likely);
  const ran = runner.describe();
  runner.dispose();
  const milliseconds = Math.round(performance.now() - started);
  return { type: 'outputs', model, image, ...judgement, proved, likely, samples, engine: ran, milliseconds };
};
