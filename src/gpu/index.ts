export { type GpuEngine, type GpuOptions, gpuEngine } from './engine.ts';
export { isGpuMode, MODES, type Mode } from './run/mode.ts';
export type { GpuPlan } from './run/plan.ts';
