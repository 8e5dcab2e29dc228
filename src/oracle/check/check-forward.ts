import * as E from 'fp-ts/lib/Either.js';
import { record, replay } from '../../core/interpret/record.ts';
import { reference } from '../../core/interpret/reference.ts';
import type { CaseSpec } from '../../core/oracle/case/case-spec.ts';
import { diagnose } from '../../core/oracle/mistake/diagnose.ts';
import { taskOf } from '../../core/oracle/request/operation-table.ts';
import { programOf } from '../../core/oracle/request/task.ts';
import { both } from '../../core/oracle/verdict/compare.ts';
import { layerwise } from '../../core/oracle/verdict/layerwise.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { type ForwardReport, judgedShare, verdictOf } from '../report/records.ts';
import { type Case, failingOf } from '../runner/case.ts';
import { engineRunner } from '../runner/engine.ts';
import { type CheckOptions, refused } from './check.ts';
import type { ModelCase } from './model-case.ts';

/**
 * A forward pass on one image, each layer against what the reference makes of the engine's own layer before it.
 *
 * @example
 * import { drawCase } from 'deit-oracle/oracle';
 * const attrs = { dim: 12, depth: 1, heads: 3, patch: 4, image: [8, 12], classes: 5, distilled: true };
 * const drawn = drawCase({ op: 'forward', dims: { B: 1 }, attrs, family: 'normal', scale: 1, offset: 0, seed: 1 });
 * const small = { model: 'a small one', image: 'noise', attrs, given: E.getOrElse(() => ({}))(drawn) };
 * checkForward({ engine: referenceEngine, cases: 1, seed: 1 }, small).then(({ verdict }) => verdict) // 'pass'
 */
export const checkForward = async (options: CheckOptions, { model, image, attrs, given }: ModelCase): Promise<ForwardReport> => {
  const { engine, plant: mutant, progress = () => {} } = options;
  const started = performance.now();
  const task = taskOf('forward', attrs, given);
  if (E.isLeft(task)) throw new Error(`the oracle's own model cannot be made: ${task.left}`);
  const spec: CaseSpec = { op: 'forward', dims: {}, attrs, family: 'normal', scale: 1, offset: 0, seed: 0 };
  const one: Case = { spec, given, task: task.right, followed: true };
  const runner = engineRunner(engine, mutant);
  const refusal = refused(engine.arithmetic, options);
  const got = refusal === undefined ? await runner.run(one) : E.left(refusal);
  const seconds = (performance.now() - started) / 1000;
  const program = programOf(task.right);
  const shapes = Object.fromEntries(Object.entries(task.right.inputs).map(([name, { shape }]) => [name, shape]));
  const followed = replay(record(program, shapes), (done) => progress(`following ${model}`, done));
  const steps = E.isLeft(got) ? [] : layerwise(engine.arithmetic, followed, task.right.inputs, got.right);
  const culprit = steps.find((step) => step.comparison.failed > 0);
  const own = E.isLeft(got) ? {} : program(reference, task.right.inputs);
  const apart = E.isLeft(got) ? Number.NaN : Math.max(...Object.entries(own).map(([name, want]) => farthest(got.right[name], want)));
  const total = steps.map((step) => step.comparison).reduce(both, runner.untouched());
  const problem = E.isLeft(got) ? got.left : undefined;
  const failures = E.isRight(got) && culprit !== undefined ? failingOf(one, got.right, steps) : [];
  const describe = runner.describe();
  runner.dispose();
  return {
    type: 'forward',
    model,
    image,
    steps,
    ...total,
    verdict: verdictOf(total, problem),
    judged: judgedShare(total),
    ...(problem === undefined ? {} : { problem }),
    ...(culprit === undefined ? {} : { divergence: culprit.name }),
    matches: diagnose(engine.arithmetic, failures),
    logitsApart: apart,
    engine: describe,
    engineSeconds: seconds,
    milliseconds: Math.round(performance.now() - started),
  };
};

const farthest = (got: Tensor | undefined, want: Tensor): number => {
  let most = got === undefined || got.data.length !== want.data.length ? Number.POSITIVE_INFINITY : 0;
  for (let i = 0; got !== undefined && i < want.data.length; i++) most = Math.max(most, Math.abs(got.data[i] - want.data[i]));
  return most;
};
