import { F32, F32_FUSED, F64 } from './generated/modules.ts';

/** How numbers are stored and computed with. */
export type SimdDType = 'F64' | 'F32';

/** What the kernels export; `kernels/f64.ts` says what they do. */
export interface Kernels {
  readonly work: (
    stages: number,
    from: number,
    to: number,
    threads: number,
    spins: number,
    patience: number,
    stop: number,
    scratch: number,
  ) => number;
  readonly reserved: () => number;
}

/** Kernels compiled for this machine. */
export interface Compiled {
  readonly module: WebAssembly.Module;
  /** Whether f32 products and sums are fused: relaxed SIMD, where the engine has it. Never in f64. */
  readonly fused: boolean;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** The import of the memory: `env`, `memory`, a memory, shared with a maximum. */
const IMPORT = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 3];

/** The same module for a memory that is not shared, which pages that are not cross-origin isolated may have. */
const unshared = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  const start = bytes.findIndex((_, i) => IMPORT.every((byte, j) => bytes[i + j] === byte));
  return bytes.map((byte, i) => (i === start + IMPORT.length - 1 ? 1 : byte));
};

/**
 * The kernels for a number type, for a memory that threads share or not: those with fused multiply-add where the engine compiles them.
 * `undefined` where it has no SIMD or no atomic operations.
 */
export const compiledKernels = (dtype: SimdDType, shared: boolean, fused = true): Compiled | undefined => {
  const kinds =
    dtype === 'F64'
      ? [{ text: F64, fused: false }]
      : [
          { text: F32_FUSED, fused: true },
          { text: F32, fused: false },
        ];
  for (const kind of kinds) {
    if (kind.fused && !fused) continue;
    const bytes = shared ? bytesOf(kind.text) : unshared(bytesOf(kind.text));
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), fused: kind.fused };
  }
  return undefined;
};

/** Bytes at the start of every memory that are not the plan's: the word that stops a run, and the module's constants. */
export const RESERVED = 4096;

/** The kernels working on one memory. */
export const kernelsOn = (module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels => {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  if (kernels.reserved() > RESERVED) throw new Error(`the kernels' constants take ${kernels.reserved()} bytes, more than ${RESERVED}`);
  return kernels;
};
