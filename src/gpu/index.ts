export { type GpuEngine, type GpuOptions, gpuEngine } from './engine.ts';
export { GPU_MODES, type GpuMode, isGpuMode } from './run/mode.ts';
export type { GpuPlan } from './run/plan.ts';
