import type { KernelProgram, KernelSource } from '../codegen/kernel-program.ts';
import type { Kernel } from './gpujs.ts';

/** The kernels of a program as the function that gpu.js runs once, with opaque handles in place of numbers, to make a pipeline of it. */
export const orchestration = (program: KernelProgram, kernels: ReadonlyMap<KernelSource, Kernel>) => {
  const trace = (...stored: readonly unknown[]): readonly unknown[] => {
    const values: unknown[] = [];
    for (const { kernel, reads } of program.steps)
      values.push((kernels.get(kernel) as Kernel)(...reads.map((v) => ('step' in v ? values[v.step] : stored[v.stored]))));
    return Object.values(program.outputs).map(({ step }) => values[step]);
  };
  // gpu.js counts the arguments of a pipeline by `length`, which is 0 for rest parameters.
  return Object.defineProperty(trace, 'length', { value: program.stored.length });
};

/** The values of a result, which gpu.js nests as its threads are: rows, or layers of rows. */
export const flattened = (result: unknown, into: Float64Array): Float64Array => {
  let at = 0;
  const add = (part: unknown): void => {
    if (part instanceof Float32Array) {
      const n = Math.min(part.length, into.length - at);
      into.set(n === part.length ? part : part.subarray(0, n), at);
      at += n;
    } else for (const inner of part as readonly unknown[]) add(inner);
  };
  add(result);
  return into;
};
