import * as TE from 'fp-ts/lib/TaskEither.js';
import { checkedProgram, compileError } from '../core/engine/checked-program.ts';
import {
  type Compile,
  type CompileOptions,
  type Engine,
  type EngineError,
  engineError,
  inferNames,
  type Tensors,
  type UntypedPlan,
} from '../core/engine/engine.ts';
import { statefulPlan } from '../core/engine/stateful-plan.ts';
import { type RecordedProgram, replay } from '../core/interpret/record.ts';
import { unchecked } from '../core/language/interpreter.ts';
import type { Program } from '../core/language/ops.ts';
import { type Shape, showShape, size } from '../core/tensor/shape.ts';
import { optionNamesProblem } from '../core/text/option-names.ts';
import { showName, showValue } from '../core/text/show-value.ts';
import { type KernelProgram, lower } from './codegen/kernel-program.ts';
import { type Device, openDevice } from './run/device.ts';
import { arithmeticOf, GPU_MODES, type GpuMode, isGpuMode, layoutOf } from './run/mode.ts';
import { type KernelPlan, type KernelPlanDetails, planOn } from './run/plan.ts';
import { handle } from './trace/graph.ts';
import { gpuOps } from './trace/ops.ts';

/** Where and how a `gpuEngine` runs. */
export interface GpuOptions {
  /** The back end of gpu.js. `@defaultValue 'webasm'` */
  readonly mode?: GpuMode;
  /** Worker threads, in mode `webasm`. `@defaultValue true` */
  readonly threads?: boolean;
  /** Take the next back end that works, and gpu.js's slower ways, instead of failing. `@defaultValue false` */
  readonly fallback?: boolean;
}

/** An engine over gpu.js, and the device that it has. */
export interface GpuEngine extends Engine {
  /** The back end that runs; without `fallback` the one that was asked for. */
  readonly mode: GpuMode;
  /** The name of the adapter as the driver gives it; `WebAssembly` or `JavaScript` on the processor. */
  readonly device: string;
  readonly compile: Compile<KernelPlanDetails>;
}

/** The kernels of a recorded program. */
export const kernelProgram = (recorded: RecordedProgram, mode: GpuMode): KernelProgram => {
  const handles = Object.fromEntries(
    Object.entries(recorded.inputs).map(([name, shape]) => [name, handle({ kind: 'stored', shape, parts: [], name })]),
  );
  return lower(replay(recorded)(unchecked(gpuOps), handles), layoutOf(mode));
};

/** What a GPU has no buffer for. */
const emptyProblem = ({ inputs, instructions }: RecordedProgram): string | undefined => {
  const empty = (name: string, shape: Shape): string | undefined =>
    size(shape) === 0 ? `${name} ${showShape(shape)} has no elements, and a GPU has no empty buffers` : undefined;
  for (const [name, shape] of Object.entries(inputs)) if (size(shape) === 0) return empty(`input ${name}`, shape);
  const result = instructions.find(({ shape }) => size(shape) === 0);
  return result && empty(`${result.where}${result.op}: the result`, result.shape);
};

const kernelsOf = (
  program: Program,
  inputs: Readonly<Record<string, Shape>>,
  options: CompileOptions,
  mode: GpuMode,
): TE.TaskEither<EngineError, KernelProgram> => {
  let recorded: RecordedProgram;
  try {
    recorded = checkedProgram(program, inputs, options);
  } catch (mistake) {
    return TE.left(compileError(mistake));
  }
  const problem = Object.keys(recorded.outputs).length === 0 ? 'the program returns no tensors' : emptyProblem(recorded);
  if (problem !== undefined) return TE.left(engineError('compile', problem));
  return TE.right(kernelProgram(recorded, mode));
};

/**
 * A plan that keeps what stays: here, and on the device what is there already. What is given again may have changed: it is another tensor. What is no
 * tensor is passed on, for `statefulPlan` to refuse.
 */
const staying = (options: CompileOptions, shapes: Readonly<Record<string, Shape>>, made: KernelPlan): KernelPlan & UntypedPlan => {
  const plan = statefulPlan(options, shapes, made);
  const anew = (given: Tensors): Tensors =>
    Object.fromEntries(Object.entries(given).map(([name, tensor]) => [name, tensor && { ...tensor }]));
  return { ...plan, run: (given) => plan.run(given && anew(given)) };
};

const engineOn = (device: Device, { threads = true, fallback = false }: GpuOptions): GpuEngine => ({
  name: `gpu (${device.mode})`,
  mode: device.mode,
  device: device.name,
  arithmetic: arithmeticOf(device.mode),
  compile: inferNames((program, inputs, options = {}) => {
    const started = performance.now();
    const lowered = kernelsOf(program, inputs, options, device.mode);
    const spent = performance.now() - started;
    return TE.Monad.chain(lowered, (made) => {
      const { resident = [] } = options;
      return TE.map((plan: KernelPlan) => staying(options, inputs, plan))(planOn(device, made, { threads, fallback, resident, spent }));
    });
  }),
  dispose: device.dispose,
});

/** What is wrong with how an engine is to run. */
const gpuOptionsProblem = (options: GpuOptions): string | undefined => {
  const strange = optionNamesProblem(options, ['mode', 'threads', 'fallback']);
  if (strange !== undefined) return strange;
  const { mode = 'webasm', threads = true, fallback = false } = options;
  if (!isGpuMode(mode)) return `there is no mode ${showName(mode)}; use ${GPU_MODES.join(', ')}`;
  if (typeof threads !== 'boolean') return `threads must be true or false, got ${showValue(threads)}`;
  return typeof fallback === 'boolean' ? undefined : `fallback must be true or false, got ${showValue(fallback)}`;
};

/**
 * Programs as GPU kernels, through gpu.js: float32, one plan a program, inputs uploaded and results read back once a run.
 *
 * Fails with stage `device` when the mode has no back end here; what runs is what was asked for, unless `fallback` says
 * otherwise, and `mode` and `device` of the engine say what it is.
 *
 * @example
 * E.map((engine) => engine.mode)(await gpuEngine({ mode: 'cpu' })()) // Right('cpu')
 */
export const gpuEngine = (options: GpuOptions = {}): TE.TaskEither<EngineError, GpuEngine> => {
  const problem = gpuOptionsProblem(options);
  if (problem !== undefined) return TE.left(engineError('device', problem));
  const { mode = 'webasm', fallback = false } = options;
  const candidates: readonly GpuMode[] = fallback ? GPU_MODES.slice(GPU_MODES.indexOf(mode)) : [mode];
  const [first, ...others] = candidates.map(openDevice);
  return TE.map((device: Device) => engineOn(device, options))(others.reduce((found, next) => TE.orElse(() => next)(found), first));
};
