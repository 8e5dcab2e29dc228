import type { Arithmetic } from '../../core/engine/arithmetic.ts';
import type { Layout } from '../codegen/indexing.ts';

/** The back ends of gpu.js that this engine runs on, in the order in which `fallback` tries them. */
export const GPU_MODES = ['webgpu', 'webgl2', 'webasm', 'cpu'] as const;
/**
 * A back end of gpu.js: `webgpu` (compute shaders), `webgl2` (fragment shaders, in browsers alone), `webasm` (WebAssembly on the
 * processor), `cpu` (JavaScript on one thread). All store float32.
 */
export type GpuMode = (typeof GPU_MODES)[number];

/**
 * Whether a text is the name of a mode, exactly as written in `GPU_MODES`.
 *
 * @example
 * ['webgl2', 'webgl', undefined].map(isGpuMode) // [true, false, false]
 */
export const isGpuMode = (text: string | undefined): text is GpuMode => GPU_MODES.some((mode) => mode === text);

const U = 2 ** -24;
/** Largest error of the kernels of `kernels/elementary.ts` where + − × round to nearest and ÷ and √ do too, in units of u. */
const EXACT = 7;
/** The same with the division that WGSL and GLSL ES 3.00 allow: 2.5 ulp, which is 5 u. */
const GRAPHICS = 8;

/**
 * What a mode promises. All keep float32; `cpu` rounds only what a kernel stores, which float32 arithmetic bounds. The
 * graphics languages may flush subnormals, promise 2.5 ulp of a division and leave exp and log to the device: the
 * elementary functions here are made of sums and products, whose rounding is promised. Their compilers may assume that there is no NaN.
 * Sources: WGSL §15.7.2 and §15.7.4 (Differences from IEEE-754, Floating Point Accuracy); GLSL ES 3.00 §4.5.1 (Range and Precision); WebAssembly core §4.3.3.
 */
export const arithmeticOf = (mode: GpuMode): Arithmetic => {
  const graphics = mode === 'webgpu' || mode === 'webgl2';
  const units = graphics ? GRAPHICS : EXACT;
  return { u: U, elementary: () => units, tiny: graphics ? 2 ** -126 : 2 ** -149, propagatesNaN: !graphics };
};

/** GLSL for the integer of a float; gpu.js has no cast, and the other languages need none. */
export const TRUNCATE = { name: 'truncated', source: 'int truncated(float x) { return int(x); }' } as const;

/**
 * How the kernels of a mode are laid out. `cpu` gives the result of a grid as nested arrays, which the next kernel cannot
 * read as one.
 */
export const layoutOf = (mode: GpuMode): Layout => ({
  grid: mode !== 'cpu',
  ...(mode === 'webgl2' ? { truncate: TRUNCATE.name } : {}),
});
