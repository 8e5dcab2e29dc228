import * as TE from 'fp-ts/lib/TaskEither.js';
import { type EngineError, engineError } from '../../core/engine/engine.ts';
import { failure } from './failure.ts';
import { gpujs, type Instance, type WebGpuDevice } from './gpujs.ts';
import { type GpuMode, TRUNCATE } from './mode.ts';

/** A back end that has run a kernel and given the right answer. */
export interface Device {
  readonly mode: GpuMode;
  /** Who computes: the adapter's own name, or the language. */
  readonly name: string;
  readonly gpu: Instance;
  /** Most bytes of one buffer, and of all together. */
  readonly largestBuffer: number;
  readonly memory: number;
  /** What went wrong on the device since the last call, which gpu.js does not report; undefined when nothing did. */
  readonly trouble: () => Promise<string | undefined>;
  /** Whether it has not been disposed of. */
  readonly alive: () => boolean;
  readonly dispose: () => void;
}

/** How many devices share gpu.js's one WebGPU device; it is destroyed with the last. */
let sharing = 0;
let closing: Promise<unknown> = Promise.resolve();

const GIB = 2 ** 30;

/** In Node, `navigator.gpu` comes from Dawn; a browser has its own. */
const provideWebGpu = async (): Promise<void> => {
  const scope = globalThis as { navigator?: { gpu?: unknown } };
  if (scope.navigator?.gpu !== undefined || typeof process === 'undefined' || process.versions?.node === undefined) return;
  // A variable, so that bundlers for the browser do not look for a native module.
  const dawn = 'webgpu';
  const { create } = (await import(/* @vite-ignore */ dawn)) as { create: (flags: readonly string[]) => unknown };
  if (scope.navigator === undefined) Object.defineProperty(scope, 'navigator', { value: {}, configurable: true, writable: true });
  Object.defineProperty(scope.navigator, 'gpu', { value: create([]), configurable: true });
};

const watched = new WeakMap<WebGpuDevice, string[]>();
/** Collect what a device says outside of any call, instead of letting it go to the console. */
const watch = (device: WebGpuDevice): string[] => {
  const known = watched.get(device);
  if (known !== undefined) return known;
  const heard: string[] = [];
  watched.set(device, heard);
  device.onuncapturederror = ({ error }) => heard.push(error.message);
  device.lost.then(({ reason, message }) => reason !== 'destroyed' && heard.push(`device was lost: ${message}`));
  return heard;
};

type Extra = Pick<Device, 'name' | 'largestBuffer' | 'memory' | 'trouble'>;

const webgpu = async (): Promise<Extra> => {
  await closing;
  await provideWebGpu();
  const { adapter, device } = await gpujs.WebGPUContext.acquire();
  let heard = watch(device);
  const { description, vendor, architecture } = adapter.info ?? {};
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  return {
    name: description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter',
    largestBuffer: most,
    memory: Number.POSITIVE_INFINITY,
    // After a loss gpu.js goes on with another device, which has not been listened to yet.
    trouble: async () => {
      const said = heard.splice(0)[0];
      heard = watch((await gpujs.WebGPUContext.acquire()).device);
      return said ?? heard.splice(0)[0];
    },
  };
};

const webgl2 = (gl: WebGL2RenderingContext): Extra => {
  const most: number = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info');
  return {
    name: String(gl.getParameter(unmasked === null ? gl.RENDERER : unmasked.UNMASKED_RENDERER_WEBGL)),
    largestBuffer: most * most * 4,
    memory: Number.POSITIVE_INFINITY,
    trouble: async () => (gl.isContextLost() ? 'device was lost: WebGL context lost' : undefined),
  };
};

const quiet = (name: string, memory: number): Extra => ({ name, largestBuffer: memory, memory, trouble: async () => undefined });

const open = async (mode: GpuMode): Promise<Device> => {
  const early = mode === 'webgpu' ? await webgpu() : undefined;
  const gpu = new gpujs.GPU({ mode });
  if (mode === 'webgl2') gpu.addNativeFunction(TRUNCATE.name, TRUNCATE.source, { argumentTypes: { x: 'Number' }, returnType: 'Integer' });
  const probe = gpu.createKernel('function (a) { return a[this.thread.x] + 1.0; }', { output: [4], precision: 'single', asyncMode: true });
  const got = Array.from((await probe(gpujs.input(Float32Array.of(1, 2, 3, 4), [4]))) as ArrayLike<number>);
  if (got.join() !== '2,3,4,5') throw new Error(`the first kernel gave ${got.join(', ')} instead of 2, 3, 4, 5`);
  const extra =
    early ??
    (mode === 'webgl2'
      ? webgl2(probe.kernel.context as WebGL2RenderingContext)
      : mode === 'webasm'
        ? quiet('WebAssembly', 4 * GIB)
        : quiet('JavaScript', 16 * GIB));
  if (mode === 'webgpu') sharing++;
  let alive = true;
  return {
    ...extra,
    mode,
    gpu,
    alive: () => alive,
    dispose: () => {
      if (!alive) return;
      alive = false;
      const done = gpu.destroy();
      if (mode === 'webgpu' && --sharing === 0) closing = done.then(() => (sharing === 0 ? gpujs.WebGPUContext.destroy() : undefined));
    },
  };
};

/**
 * Open the back end of a mode and run one kernel on it.
 *
 * Fails with stage `device` when there is no such back end here, no adapter, or a wrong answer.
 */
export const openDevice = (mode: GpuMode): TE.TaskEither<EngineError, Device> =>
  TE.tryCatch(
    () => open(mode),
    (cause) => {
      const { message } = failure('device', mode, cause);
      return engineError('device', message);
    },
  );
