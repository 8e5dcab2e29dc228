import { isLeft } from 'fp-ts/lib/Either.js';
import { agreementLaws, fromEngine, operationLaws, planLaws, proved } from '../../properties/index.ts';
import { type GpuMode, gpuEngine } from '../../src/gpu/index.ts';
import { EDGES, edgePair } from '../engines/edges.ts';
import { type Pair, REUSES } from '../engines/reuses.ts';
import { CASES, MODELS } from '../gpu/cases.ts';
import { againstBound, againstRounding, type Verdict } from '../gpu/judged.ts';
import { checkTrials } from './check.ts';
import { caseTrial, definition, lawTrials, outcomesOf, type Tried } from './trial.ts';

const sameOf = (pairs: readonly Pair[]): Verdict => {
  const wrong = pairs.find(([got, want]) => got.length !== want.length || !got.every((n, i) => Object.is(n, want[i])));
  return wrong === undefined ? { ratio: 0, at: '' } : { ratio: Number.POSITIVE_INFINITY, at: `${wrong[0]}, not ${wrong[1]}` };
};

/**
 * On one back end: the cases that `npm test` runs on the modes of every machine, every law of the operations, agreement with the reference, and
 * what `deit check` does.
 * Throws when there is no such back end, or it is not the one asked for.
 */
export const triedOnGpu = async (mode: GpuMode, wanted: RegExp, runs: number): Promise<Tried> => {
  const opened = await gpuEngine({ mode })();
  if (isLeft(opened)) throw new Error(`${mode}: ${opened.left.message}`);
  const gpu = opened.right;
  if (gpu.mode !== mode) throw new Error(`asked for ${mode}, got ${gpu.mode}`);
  const subject = fromEngine(gpu, { bound: proved(gpu.arithmetic), round: Math.fround });
  const trials = [
    ...CASES.map((c) => caseTrial(`case: ${c.name}`, () => againstBound(gpu, c))),
    ...MODELS.map((c) => caseTrial(`model: ${c.name}`, () => againstRounding(gpu, c))),
    ...REUSES.map(({ name, pairs }) => caseTrial(`reuse: ${name}`, async () => sameOf(await pairs(gpu)))),
    ...EDGES.map((edge) => caseTrial(`edge: ${edge.name}`, async () => sameOf([await edgePair(gpu, edge)]))),
    ...lawTrials([...operationLaws, ...agreementLaws(definition), ...planLaws(gpu)], subject, runs),
    ...checkTrials(gpu),
  ];
  const outcomes = await outcomesOf(trials, wanted);
  gpu.dispose();
  return { engine: mode, device: gpu.device, outcomes };
};
