import { isLeft } from 'fp-ts/lib/Either.js';
import { agreementLaws, check, engine, FLOAT64, interpreter, operationLaws, proved } from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { type GpuEngine, gpuEngine, type Mode } from '../../src/gpu/index.ts';
import { CASES, MODELS } from '../gpu/cases.ts';
import { againstBound, againstRounding } from '../gpu/judged.ts';

/** What became of one case or law on one back end. */
export interface GpuOutcome {
  readonly mode: Mode;
  readonly device: string;
  readonly name: string;
  readonly holds: boolean;
  /** Largest error / bound. */
  readonly ratio: number;
  readonly seconds: number;
  readonly failure?: string;
}

type Finding = Pick<GpuOutcome, 'holds' | 'ratio' | 'failure'>;
interface Trial {
  readonly name: string;
  readonly run: (gpu: GpuEngine) => Promise<Finding>;
}

const own = (t: Tensor): Tensor => t;
const definition = interpreter({ name: 'the reference', ops: reference, lift: own, read: own, bound: proved(FLOAT64) });

/** The cases that `npm test` runs on the modes of every machine. */
const cases: readonly Trial[] = [
  ...CASES.map((c) => ({ name: `case: ${c.name}`, judge: (gpu: GpuEngine) => againstBound(gpu, c) })),
  ...MODELS.map((c) => ({ name: `model: ${c.name}`, judge: (gpu: GpuEngine) => againstRounding(gpu, c) })),
].map(({ name, judge }) => ({
  name,
  run: async (gpu) => {
    const { ratio, at } = await judge(gpu);
    return ratio <= 1 ? { holds: true, ratio } : { holds: false, ratio, failure: at };
  },
}));

/** Every law of the operations, and agreement with the reference, on random cases. */
const laws = (runs: number): readonly Trial[] =>
  [...operationLaws, ...agreementLaws(definition)].map((law) => ({
    name: `law: ${law.name}`,
    run: (gpu) => check(law, engine(gpu, { bound: proved(gpu.arithmetic), round: Math.fround }), { runs }),
  }));

const attempted = async (trial: Trial, gpu: GpuEngine): Promise<Finding> => {
  try {
    const { holds, ratio, failure } = await trial.run(gpu);
    return { holds, ratio, ...(failure === undefined ? {} : { failure }) };
  } catch (error) {
    return { holds: false, ratio: Number.POSITIVE_INFINITY, failure: String(error) };
  }
};

/** All cases and laws whose name matches `wanted`, on one back end. Throws when there is no such back end, or it is not the one asked for. */
export const outcomesOn = async (mode: Mode, wanted: RegExp, runs: number): Promise<readonly GpuOutcome[]> => {
  const opened = await gpuEngine({ mode })();
  if (isLeft(opened)) throw new Error(`${mode}: ${opened.left.message}`);
  const gpu = opened.right;
  if (gpu.mode !== mode) throw new Error(`asked for ${mode}, got ${gpu.mode}`);
  const outcomes: GpuOutcome[] = [];
  for (const trial of [...cases, ...laws(runs)].filter(({ name }) => wanted.test(name))) {
    const start = performance.now();
    const finding = await attempted(trial, gpu);
    outcomes.push({ mode, device: gpu.device, name: trial.name, seconds: (performance.now() - start) / 1000, ...finding });
  }
  gpu.dispose();
  return outcomes;
};
