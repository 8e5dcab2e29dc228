import { isGpuMode } from '../../src/gpu/index.ts';
import { bits, control } from '../bits/bits.ts';
import { ENGINES, type EngineName, type FullBits, fullBits } from '../bits/full.ts';
import { triedOnGpu } from './gpu.ts';
import { afterFailure, type TriedOnSimd, triedOnSimd } from './simd.ts';
import type { Tried } from './trial.ts';

/** What the page tells the test. */
export interface Report {
  readonly crossOriginIsolated: boolean;
  readonly bits: string;
  readonly control: string;
  readonly gpu: readonly Tried[];
  readonly simd: readonly TriedOnSimd[];
  readonly full: Readonly<Record<string, FullBits>>;
  /** What came of two runs, in the first of which a thread failed; nothing where there are no threads. */
  readonly failure: readonly string[];
}

/** The address says what to do: `?modes=webgl2,webgpu&simd=F64:2,F32:1&full=1&only=softmax&runs=5`. */
const asked = new URLSearchParams(location.search);
const list = (name: string): readonly string[] => (asked.get(name) ?? '').split(',').filter((item) => item !== '');
const wanted = new RegExp(asked.get('only') ?? '');
const runs = Number(asked.get('runs') ?? 1);

const run = async (): Promise<Report> => {
  const gpu: Tried[] = [];
  for (const mode of list('modes').filter(isGpuMode)) gpu.push(await triedOnGpu(mode, wanted, runs));
  const simd: TriedOnSimd[] = [];
  for (const [dtype, threads] of list('simd').map((item) => item.split(':')))
    simd.push(await triedOnSimd(dtype === 'F64' ? 'F64' : 'F32', Number(threads), wanted, runs));
  const full: Record<string, FullBits> = {};
  if (asked.has('full')) for (const name of Object.keys(ENGINES) as EngineName[]) full[name] = await fullBits(name);
  const { crossOriginIsolated } = globalThis;
  const failure = crossOriginIsolated ? await afterFailure() : [];
  return { crossOriginIsolated, bits: bits(), control: control(), gpu, simd, full, failure };
};

Object.assign(globalThis, { report: run() });
