export { type GpuEngine, type GpuOptions, gpuEngine } from './engine.ts';
export { isGpuMode, MODES, type Mode } from './mode.ts';
export type { GpuPlan } from './plan.ts';
