import type { Tensors } from '../../core/engine/engine.ts';
import { size } from '../../core/tensor/shape.ts';
import type { Stored } from '../trace/graph.ts';
import type { Device } from './device.ts';
import { callKeeping, executorOf, gpujs, type Instance, type Kernel, type Pipeline, type Texture } from './gpujs.ts';

/** Calls of one pipeline, which send to the device only what it does not have. */
export interface ResidentArguments {
  /** One call at a time, which is up to the caller. A resident tensor is sent when it is another object than at the call before. */
  readonly call: (inputs: Tensors) => Promise<readonly unknown[]>;
  readonly dispose: () => void;
}

/** An argument that stays: what it was made from, and what the pipeline is given instead of the numbers; nothing where it has a buffer of its own. */
interface Kept {
  readonly from: unknown;
  readonly value?: unknown;
}

/** The numbers of a kernel's argument as a texture, by a kernel that copies them; one kernel a size. */
const textures = (gpu: Instance) => {
  const kernels = new Map<number, Kernel>();
  const made = (n: number): Kernel =>
    gpu.createKernel('function (a) { return a[this.thread.x]; }', { output: [n], precision: 'single', pipeline: true, immutable: true });
  return {
    of: (values: unknown, n: number): Texture => {
      const kernel = kernels.get(n) ?? made(n);
      kernels.set(n, kernel);
      return kernel(values) as Texture;
    },
    dispose: (): void => {
      for (const kernel of kernels.values()) kernel.destroy();
    },
  };
};

/**
 * What gpu.js 2.24.1 has for arguments that do not change from call to call of a pipeline, `stored` being the arguments and
 * `resident` the names of those inputs (constants are resident anyway):
 *
 * - Handles of buffers are refused by the fused executors (webgpu, webasm), which own a buffer, or a place in memory, for
 *   each argument and fill all of them at each call; values captured by the orchestration are uploaded once, but then they
 *   are part of the plan, and other values mean other kernels to compile. So here the buffers that hold what is wanted are
 *   left out of the filling; see `callKeeping`.
 * - On webgl2, where pipelines are not fused, the result of a kernel may be an argument: a texture, made once.
 * - On cpu an argument is read where it lies: the float32 numbers are made once.
 */
export const residentArguments = (
  { mode, gpu }: Device,
  stored: readonly Stored[],
  pipeline: Pipeline,
  resident: readonly string[],
): ResidentArguments => {
  const kept = new Map<number, Kept>();
  const texture = textures(gpu);
  let executor: unknown;
  const forget = (i: number): void => {
    (kept.get(i)?.value as Partial<Texture> | undefined)?.delete?.();
    kept.delete(i);
  };
  const call = async (inputs: Tensors): Promise<readonly unknown[]> => {
    // After a loss the next call has an executor with buffers of its own.
    if (executorOf(pipeline) !== executor) kept.clear();
    const sources = stored.map((s) => (s.name === undefined ? s : inputs[s.name]));
    const stays = stored.map(({ name }) => name === undefined || resident.includes(name));
    const there = (i: number): boolean => stays[i] && kept.get(i)?.from === sources[i];
    const values = stored.map(({ shape }, i) => {
      if (there(i)) return kept.get(i)?.value;
      const n = size(shape);
      const numbers = gpujs.input(new Float32Array(sources[i].data ?? []), [n]);
      return stays[i] && mode === 'webgl2' ? texture.of(numbers, n) : numbers;
    });
    const inPlace = new Set(stored.flatMap((_, i) => (there(i) && kept.get(i)?.value === undefined ? [i] : [])));
    for (const i of stored.keys()) if (stays[i] && !there(i)) forget(i);
    const results = await callKeeping(pipeline, values, inPlace);
    executor = executorOf(pipeline);
    stored.forEach((_, i) => {
      if (stays[i] && !there(i)) kept.set(i, { from: sources[i], ...(executor === undefined ? { value: values[i] } : {}) });
    });
    return results;
  };
  return {
    call,
    dispose: () => {
      for (const i of [...kept.keys()]) forget(i);
      texture.dispose();
    },
  };
};
