/** DeiT at speed on a CPU: the WebAssembly SIMD engine. */
export { type SimdEngine, type SimdOptions, simdEngine } from './engine.ts';
export type { MemoryReport } from './memory.ts';
export type { Dtype } from './modules.ts';
export type { SimdPlan } from './plan.ts';
