import * as TE from 'fp-ts/lib/TaskEither.js';
import { type EngineError, engineError, type Plan, type Tensors } from '../../core/engine/engine.ts';
import { size } from '../../core/tensor/shape.ts';
import { adopt } from '../../core/tensor/tensor.ts';
import { mebibytes } from '../../core/text/bytes.ts';
import type { KernelProgram } from '../codegen/kernel-program.ts';
import type { Device } from './device.ts';
import { failure } from './failure.ts';
import { gpujs, type Kernel, type Pipeline, prepare } from './gpujs.ts';
import { memoryOf, tooLarge } from './memory.ts';
import { flattened, orchestration } from './orchestration.ts';
import { residentArguments } from './resident-arguments.ts';

/** How a plan may run. */
export interface PlanOptions {
  readonly threads: boolean;
  readonly fallback: boolean;
  /** Inputs that stay on the device as long as they are the same objects. */
  readonly resident?: readonly string[];
  /** Milliseconds that making the kernels took. */
  readonly spent?: number;
}

/** What a plan of this engine is made of. */
export interface KernelPlanDetails {
  /** Kernels that run, one after the other. */
  readonly steps: number;
  /** Different sources among them. */
  readonly kernels: number;
  /** Bytes of buffers. */
  readonly bytes: number;
  /** The executor of gpu.js that runs it. */
  readonly executor: string;
  /** From program to plan. On webgl2 and cpu gpu.js translates kernels when they first run, so the first run takes that much longer. */
  readonly compileMilliseconds: number;
}

/** A compiled program, before anything stays from run to run. */
export type KernelPlan = Omit<Plan, 'read'> & KernelPlanDetails;

/** A compiled program, with what it is made of. */
export type GpuPlan<
  I extends string = string,
  O extends string = string,
  Stays extends string = never,
  State extends string = string,
> = Plan<I, O, Stays, State> & KernelPlanDetails;

/** No loop of a kernel is longer than this; gpu.js asks for a limit. */
const LONGEST_LOOP = 2 ** 30;

/**
 * Take the kernels of a plan out of the list in which gpu.js keeps them alive. The copies that a pipeline has made take themselves out when it is
 * destroyed, but not on cpu; nothing there needs the list, whichever plan its kernels are of.
 */
const forget = ({ mode, gpu }: Device, kernels: readonly Kernel[]): void => {
  const made = new Set<unknown>(kernels.map(({ kernel }) => kernel));
  const others = mode === 'cpu' ? [] : gpu.kernels.filter((kernel) => !made.has(kernel));
  gpu.kernels.splice(0, gpu.kernels.length, ...others);
};

const backendName = { webgpu: 'webgpu', webgl2: 'gpu', webasm: 'webasm', cpu: 'cpu' } as const;

/**
 * The kernels of a program on a device. Fails with stage `compile` when it does not fit, when a kernel does not compile, or when gpu.js
 * would run it elsewhere than asked; with stage `run` when the device is lost. It is given every input, in its shape (`statefulPlan`).
 */
export const planOn = (device: Device, program: KernelProgram, options: PlanOptions): TE.TaskEither<EngineError, KernelPlan> => {
  const { mode, gpu } = device;
  const large = tooLarge(program, device);
  if (large !== undefined) return TE.left(engineError('compile', `${mode}: ${large}`, 'memory'));
  const fellBack = (p: Pipeline): string | undefined => {
    if (options.fallback) return undefined;
    if (p.backend !== null && p.backend !== backendName[mode])
      return `gpu.js runs this on ${p.backend} and not as asked; allow it with fallback: true`;
    // Its slower way is one kernel after the other, which would fail for the same reason where a kernel does not compile.
    const slower = (mode === 'webasm' || mode === 'webgpu') && p.fallbackReason !== null;
    return slower ? `the kernels did not compile as one pipeline: ${p.fallbackReason}` : undefined;
  };
  const create = async (): Promise<KernelPlan> => {
    const started = performance.now();
    const kernels = new Map(
      program.kernels.map((k) => [k, gpu.createKernel(k.text, { output: k.output, precision: 'single', loopMaxIterations: LONGEST_LOOP })]),
    );
    const pipeline = gpu.createPipeline(orchestration(program, kernels), { threads: options.threads });
    const resident = residentArguments(device, program.stored, pipeline, options.resident ?? []);
    const dispose = (): void => {
      resident.dispose();
      void pipeline.destroy().then(() => forget(device, [...kernels.values()]));
    };
    const ahead = mode === 'webasm' || mode === 'webgpu';
    if (ahead) {
      const empty = program.stored.map(({ shape }) => gpujs.input(new Float32Array(size(shape)), [size(shape)]));
      await prepare(pipeline, empty);
    }
    // Asked in any case, or the device's complaint would be put down to the next run.
    const trouble = await device.trouble();
    const failed = fellBack(pipeline) ?? trouble;
    if (failed !== undefined) {
      dispose();
      throw new Error(failed);
    }
    const { stored, steps } = memoryOf(program);
    const bytes = stored + steps;
    const compileMilliseconds = (options.spent ?? 0) + performance.now() - started;
    const compiled = ahead ? `compiled in ${(compileMilliseconds / 1000).toFixed(2)} s` : 'compiled in the first run';
    let disposed = false;
    const execute = async (inputs: Tensors): Promise<Tensors> => {
      const results = await resident.call(inputs);
      const trouble = (await device.trouble()) ?? fellBack(pipeline);
      if (trouble !== undefined) throw new Error(trouble);
      return Object.fromEntries(
        Object.entries(program.outputs).map(([name, { shape }], i) => [
          name,
          adopt(shape, flattened(results[i], new Float64Array(size(shape)))),
        ]),
      );
    };
    return {
      steps: program.steps.length,
      kernels: program.kernels.length,
      bytes,
      executor: pipeline.executorKind,
      compileMilliseconds,
      describe: `${mode} on ${device.name} (${pipeline.executorKind}), ${program.steps.length} steps of ${program.kernels.length} kernels ${compiled}, ${mebibytes(bytes)}`,
      dispose: () => {
        if (!disposed && device.alive()) dispose();
        disposed = true;
      },
      run: (inputs) => {
        if (disposed || !device.alive())
          return TE.left(engineError('run', 'the plan or its engine has been disposed of; compile it again'));
        return TE.tryCatch(
          () => execute(inputs),
          (cause) => failure('run', mode, cause),
        );
      },
    };
  };
  return TE.tryCatch(create, (cause) => failure('compile', mode, cause));
};
