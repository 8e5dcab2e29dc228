import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { afterAll, describe, it } from 'vitest';
import type { Engine, EngineError } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { type GpuEngine, type GpuMode, gpuEngine, isGpuMode } from '../../src/gpu/index.ts';
import { type SimdDType, simdEngine } from '../../src/simd/index.ts';

/** One engine in one arrangement. It is opened once for a file of tests and disposed of after them. */
export interface Row<Of extends Engine = Engine> {
  readonly name: string;
  /** The numbers that it computes with. */
  readonly dtype: SimdDType;
  /** The engine, or why there is none here. */
  readonly found: { readonly engine: Of } | { readonly missing: string };
  /** Whether it is dear to run, or another row whose work is shared out otherwise: what says most is enough then. */
  readonly dear: boolean;
}

const opened = async <Of extends Engine>(open: TaskEither<EngineError, Of>, required: boolean): Promise<Row<Of>['found']> => {
  const found = await open();
  if (E.isRight(found)) {
    afterAll(() => found.right.dispose());
    return { engine: found.right };
  }
  if (required) throw new Error(found.left.message);
  return { missing: found.left.message };
};

const simd = async (dtype: SimdDType, threads: number): Promise<Row> => ({
  name: `simd ${dtype}, ${threads} thread${threads === 1 ? '' : 's'}`,
  dtype,
  found: await opened(simdEngine({ dtype, threads }), true),
  dear: threads > 1,
});

/** The modes to test: those of DEIT_GPU_MODES, or the two that every machine has. */
const MODES: readonly GpuMode[] = (process.env.DEIT_GPU_MODES ?? 'cpu,webasm').split(',').map((mode) => {
  if (!isGpuMode(mode)) throw new Error(`DEIT_GPU_MODES names ${mode}, which is not a mode`);
  return mode;
});
/** With DEIT_GPU_REQUIRE=1 a mode without a back end here is a failure, not a skip. */
const isRequired = (mode: GpuMode): boolean => process.env.DEIT_GPU_REQUIRE === '1' || mode === 'cpu' || mode === 'webasm';

const gpu = async (mode: GpuMode): Promise<Row<GpuEngine>> => ({
  name: `gpu, mode ${mode}`,
  dtype: 'F32',
  found: await opened(gpuEngine({ mode, threads: false }), isRequired(mode)),
  dear: true,
});

/** The engine that defines what is right. */
export const REFERENCE: Row = { name: 'the reference', dtype: 'F64', found: { engine: referenceEngine }, dear: false };
/** The WebAssembly engine, of each number type, on one thread and on several. */
export const SIMD: readonly Row[] = [await simd('F64', 1), await simd('F64', 2), await simd('F32', 1), await simd('F32', 2)];
/** The gpu.js engine in each mode to test. */
export const GPU: readonly Row<GpuEngine>[] = await MODES.reduce<Promise<readonly Row<GpuEngine>[]>>(
  async (before, mode) => [...(await before), await gpu(mode)],
  Promise.resolve([]),
);
/** Every engine: the one list. */
export const ENGINES: readonly Row[] = [REFERENCE, ...SIMD, ...GPU];

/** A group of tests for each engine; where there is no such engine here, one test that is skipped and says why. */
export const onEach = <Of extends Engine>(
  rows: readonly Row<Of>[],
  title: (name: string) => string,
  tests: (engine: Of, row: Row<Of>) => void,
): void => {
  if (rows.length === 0) throw new Error('there is no engine to test');
  for (const row of rows)
    describe(title(row.name), () => {
      const { found } = row;
      if ('missing' in found) {
        it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
        return;
      }
      tests(found.engine, row);
    });
};
