import * as E from 'fp-ts/lib/Either.js';
import { afterAll } from 'vitest';
import { type GpuEngine, type GpuMode, gpuEngine, isGpuMode } from '../../src/gpu/index.ts';

/** The modes to test: those of DEIT_GPU_MODES, or the two that every machine has. */
export const TESTED: readonly GpuMode[] = (process.env.DEIT_GPU_MODES ?? 'cpu,webasm').split(',').map((mode) => {
  if (!isGpuMode(mode)) throw new Error(`DEIT_GPU_MODES names ${mode}, which is not a mode`);
  return mode;
});
/** Whether a mode without a back end here is a failure, not a skip. */
const REQUIRED = process.env.DEIT_GPU_REQUIRE === '1';

/** An engine of a mode, or why there is none here. */
export type Found = { readonly engine: GpuEngine } | { readonly missing: string };

const opened = new Map<GpuMode, Found>();
for (const mode of TESTED) {
  const found = await gpuEngine({ mode, threads: false })();
  if (E.isLeft(found) && (REQUIRED || mode === 'cpu' || mode === 'webasm')) throw new Error(found.left.message);
  opened.set(mode, E.isLeft(found) ? { missing: found.left.message } : { engine: found.right });
}

/** The engine of a tested mode. */
export const engineOf = (mode: GpuMode): Found => opened.get(mode) ?? { missing: `${mode} is not among the tested modes` };

afterAll(() => {
  for (const found of opened.values()) if ('engine' in found) found.engine.dispose();
});
