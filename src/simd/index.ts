/** DeiT at speed on a CPU: the WebAssembly SIMD engine. */
export { simdEngine } from './engine.ts';
export type { MemoryReport } from './memory.ts';
export type { Dtype } from './modules.ts';
export type { SimdEngine, SimdOptions } from './options.ts';
export type { SimdPlan } from './plan.ts';
