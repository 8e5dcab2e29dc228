import library from 'gpu.js';

/** A compiled orchestration of kernels; see gpu.js, "Pipeline Compilation". */
export interface Pipeline {
  (...args: readonly unknown[]): Promise<readonly unknown[]>;
  readonly backend: string | null;
  readonly executorKind: string;
  readonly fallbackReason: string | null;
  readonly pipeline: {
    plan: unknown;
    readonly _buildPlan: () => unknown;
    readonly _prepareExecutor: (args: readonly unknown[]) => Promise<void> | undefined;
    readonly _executor?: Executor | false;
  };
  readonly destroy: () => Promise<void>;
}

/** What runs a pipeline as a whole, with a place for each argument: buffers on webgpu, stretches of memory on webasm. */
interface Executor {
  readonly _argRegions?: Map<number, unknown>;
  readonly _argArrayRegions?: Map<number, unknown>;
}

/** A result that is still on the device. */
export interface Texture {
  readonly delete: () => void;
}

/** A kernel: called while a pipeline is traced, it records a step; called otherwise, it runs. */
export interface Kernel {
  (...args: readonly unknown[]): unknown;
  readonly kernel: { readonly context: unknown };
  readonly destroy: () => void;
}

export interface Instance {
  readonly createKernel: (source: string, settings: object) => Kernel;
  readonly addNativeFunction: (name: string, source: string, settings: object) => void;
  readonly createPipeline: (orchestration: (...args: readonly unknown[]) => unknown, settings: object) => Pipeline;
  readonly destroy: () => Promise<void>;
  readonly kernels: unknown[];
}

/** What is used of a WebGPU device. */
export interface WebGpuDevice {
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number };
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  readonly destroy: () => void;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
}
interface WebGpuContext {
  readonly adapter: { readonly info?: { readonly description?: string; readonly vendor?: string; readonly architecture?: string } };
  readonly device: WebGpuDevice;
}

interface Library {
  readonly GPU: new (settings: object) => Instance;
  readonly input: (values: Float32Array, size: readonly number[]) => unknown;
  /** The one device that all instances share. */
  readonly WebGPUContext: { readonly acquire: () => Promise<WebGpuContext>; readonly destroy: () => Promise<void> };
}

// The published types leave out WebGPUContext and call intermediate results `any`; here both stop. In a browser bundle
// the default export is the class GPU itself, which carries the rest as properties.
export const gpujs = library as unknown as Library;

/**
 * Build what the first call would build, without running it. gpu.js has no public way to do so; these two methods are
 * those its own call makes, in the version that package.json pins.
 */
export const prepare = async (p: Pipeline, args: readonly unknown[]): Promise<void> => {
  p.pipeline.plan = p.pipeline._buildPlan();
  await p.pipeline._prepareExecutor(args);
};

/** The executor with its buffers, where gpu.js has one for this pipeline; another after the device was lost. */
export const executorOf = ({ pipeline: { _executor: found } }: Pipeline): unknown => (found === false ? undefined : found);

/**
 * Call a pipeline, of whose arguments those in `kept` are still where the last call has put them. gpu.js has no public way
 * to do so: its executors fill each place that their map names, so these are left out of the map for the time of the call.
 */
export const callKeeping = async (p: Pipeline, args: readonly unknown[], kept: ReadonlySet<number>): Promise<readonly unknown[]> => {
  const { _executor: executor } = p.pipeline;
  const places = executor ? (executor._argRegions ?? executor._argArrayRegions) : undefined;
  if (places === undefined || kept.size === 0) return p(...args);
  const all = [...places];
  for (const i of kept) places.delete(i);
  try {
    return await p(...args);
  } finally {
    // Whoever destroys the executor frees what the map names.
    for (const [i, place] of all) places.set(i, place);
  }
};
