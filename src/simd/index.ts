/** DeiT at speed on a CPU: the WebAssembly SIMD engine. */

export type { MemoryReport } from './compile/memory.ts';
export { type SimdEngine, simdEngine } from './engine.ts';
export type { SimdDType } from './modules.ts';
export type { SimdOptions } from './options.ts';
export type { SimdPlan } from './run/plan.ts';
