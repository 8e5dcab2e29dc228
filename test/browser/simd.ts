import { agreementLaws, calibrated, fromEngine, lossLaws, modelLaws, operationLaws, proved } from '../../properties/index.ts';
import type { Engine, Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { generate } from '../../src/core/tensor/tensor.ts';
import { simdEngineOn } from '../../src/simd/engine.ts';
import { type SimdDType, type SimdEngine, simdEngine } from '../../src/simd/index.ts';
import { startThread } from '../../src/simd/run/thread.ts';
import { fingerprint } from '../bits/digest.ts';
import * as ofGpu from '../gpu/cases.ts';
import { againstBound, againstRounding, ran, type Verdict } from '../gpu/judged.ts';
import * as ofSimd from '../simd/cases.ts';
import { right } from '../support/right.ts';
import { differenceOf } from '../support/same-bits.ts';
import { checkTrials } from './check.ts';
import { caseTrial, definition, lawTrials, outcomesOf, type Trial, type Tried } from './trial.ts';

type Case = ofGpu.Case;

/** Inputs as float32 holds them, so that no bound has to speak of storing them. */
const single = (inputs: Tensors): Tensors =>
  Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, generate(t.shape, (i) => Math.fround(t.data[i]))]));
const named = (cases: Readonly<Record<string, ofSimd.Case>>): readonly Case[] =>
  Object.entries(cases).map(([name, { program, inputs }]) => ({ name, program, inputs }));

/** The cases of both engines: those with finite results, those without, and models. */
const CASES: readonly Case[] = [...ofGpu.CASES, ...named(ofSimd.CASES)];
const EDGES: readonly Case[] = named(ofSimd.SPECIAL_CASES);
const { MODELS } = ofGpu;

const againstBits = async (of: Engine, c: Case): Promise<Verdict> => {
  const got = await ran(of, c);
  for (const [name, want] of Object.entries(c.program(reference, c.inputs))) {
    const difference = differenceOf(got[name], want);
    if (difference !== undefined) return { ratio: Number.POSITIVE_INFINITY, at: `${name}: ${difference}` };
  }
  return { ratio: 0, at: '' };
};

const double = (of: Engine, runs: number): readonly Trial[] => {
  const subject = fromEngine(of, { bound: proved(of.arithmetic), bits: true });
  return [
    ...CASES.map((c) => caseTrial(`case: ${c.name}`, () => againstBits(of, c))),
    ...EDGES.map((c) => caseTrial(`case at the ends of the range: ${c.name}`, () => againstBits(of, c))),
    ...MODELS.map((c) => caseTrial(`model: ${c.name}`, () => againstBits(of, c))),
    ...lawTrials([...operationLaws, ...agreementLaws(definition), ...modelLaws(), ...lossLaws()], subject, runs),
  ];
};

const float = (of: Engine, runs: number): readonly Trial[] => {
  const subject = fromEngine(of, { bound: proved(of.arithmetic), round: Math.fround });
  const onModels = fromEngine(of, { bound: calibrated('F32'), round: Math.fround });
  return [
    ...CASES.map((c) => caseTrial(`case: ${c.name}`, () => againstBound(of, { ...c, inputs: single(c.inputs) }))),
    ...MODELS.map((c) => caseTrial(`model: ${c.name}`, () => againstRounding(of, c))),
    ...lawTrials([...operationLaws, ...agreementLaws(definition), ...lossLaws()], subject, runs),
    ...lawTrials(modelLaws(), onModels, runs),
  ];
};

const [, DEIT] = MODELS;
const opened = async (make: ReturnType<typeof simdEngine>): Promise<SimdEngine> => {
  return right(await make());
};
/** What a plan for the small DeiT says of itself. */
const described = async (of: Engine): Promise<string> => {
  const shapes = Object.fromEntries(Object.entries(DEIT.inputs).map(([name, { shape }]) => [name, shape]));
  const plan = right(await of.compile(DEIT.program, shapes)());
  plan.dispose();
  return plan.describe;
};

/** All that was tried on the SIMD engine, and one SHA-256 of what every case and model gave: no number of threads changes it. */
export interface TriedOnSimd extends Tried {
  readonly dtype: SimdDType;
  readonly bits: string;
}

/** The cases and every law: in float64 bit for bit as the reference, in float32 within their bounds. */
export const triedOnSimd = async (dtype: SimdDType, threads: number, wanted: RegExp, runs: number): Promise<TriedOnSimd> => {
  const of = await opened(simdEngine({ dtype, threads }));
  const device = await described(of);
  const outcomes = await outcomesOf([...(dtype === 'F64' ? double : float)(of, runs), ...checkTrials(of)], wanted);
  const results: string[] = [];
  for (const c of [...CASES, ...MODELS]) results.push(fingerprint(Object.values(await ran(of, c))));
  of.dispose();
  const bits = fingerprint([{ shape: [64 * results.length], data: Float64Array.from(results.join(''), (c) => c.charCodeAt(0)) }]);
  return { engine: `simd ${dtype}, asked for ${threads} thread${threads === 1 ? '' : 's'}`, device, dtype, outcomes, bits };
};

/**
 * What comes of a run in which the threads fail, and of the run after it: a message, then the bits of the reference or what differs. Both threads fail:
 * one alone may do all the work before the other's failure is heard of.
 */
export const afterFailure = async (): Promise<readonly string[]> => {
  let failures = 2;
  const of = await opened(
    simdEngineOn(
      async (listener) => {
        const thread = await startThread(listener);
        const send: typeof thread.send = (message) => {
          // A plan that the thread does not know: it throws.
          thread.send(message.kind === 'run' && failures-- > 0 ? { ...message, plan: -1 } : message);
        };
        return { ...thread, send };
      },
      { dtype: 'F64', threads: 2 },
    ),
  );
  const attempts: string[] = [];
  for (let attempt = 0; attempt < 2; attempt++)
    attempts.push(await againstBits(of, DEIT).then(({ at }) => at || 'the bits of the reference', (error: Error) => error.message)); // biome-ignore format: one line
  of.dispose();
  return attempts;
};
