import { isGpuMode } from '../../src/gpu/index.ts';
import { bits, control } from '../bits/bits.ts';
import { type GpuOutcome, outcomesOn } from './gpu.ts';

/** What the page tells the test. */
export interface Report {
  readonly crossOriginIsolated: boolean;
  readonly bits: string;
  readonly control: string;
  readonly gpu: readonly GpuOutcome[];
}

/** The address says what to do: `?modes=webgl2,webgpu&only=softmax&runs=5`. */
const asked = new URLSearchParams(location.search);
const modes = (asked.get('modes') ?? '').split(',').filter(isGpuMode);
const wanted = new RegExp(asked.get('only') ?? '');
const runs = Number(asked.get('runs') ?? 1);

const run = async (): Promise<Report> => {
  const gpu: GpuOutcome[] = [];
  for (const mode of modes) gpu.push(...(await outcomesOn(mode, wanted, runs)));
  return { crossOriginIsolated: globalThis.crossOriginIsolated, bits: bits(), control: control(), gpu };
};

Object.assign(globalThis, { report: run() });
