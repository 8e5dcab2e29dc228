import type { Arithmetic } from '../core/engine/arithmetic.ts';
import { gibibytes, mebibytes } from '../core/text/bytes.ts';
import { optionNamesProblem } from '../core/text/option-names.ts';
import { choiceProblem, showValue } from '../core/text/show-value.ts';
import type { MemoryReport } from './compile/memory.ts';
import type { SimdDType } from './modules.ts';

/** How to run. */
export interface SimdOptions {
  /**
   * `F64`: the reference's bits. `F32`: a quarter of the time, half the memory.
   * @defaultValue 'F32'
   */
  readonly dtype?: SimdDType;
  /**
   * Threads that share the work; results do not depend on it. More than one need a cross-origin isolated page in a browser; without it one is used, and
   * `describe` says so.
   * @defaultValue as many as the machine runs at once
   */
  readonly threads?: number;
  /**
   * Use fused multiply-add in f32 where the engine has it (relaxed SIMD).
   * @defaultValue true
   */
  readonly fused?: boolean;
  /**
   * Most bytes one plan may take.
   * @defaultValue 4 GiB, what 32-bit WebAssembly can address
   */
  readonly memoryLimit?: number;
}

/**
 * How each number type computes. In f32, over a million arguments each and while the result is not subnormal: exp within 1.5 units of roundoff, Φ within 7.2 of its own
 * value and GELU too while Φ(x) is normal (bounds hold them relative to ½, where 4 is enough), the others 1, being the float64 ones rounded.
 */
export const ARITHMETIC: { readonly [D in SimdDType]: Arithmetic } = {
  F64: { u: 1.1102230246251565e-16, elementary: () => 2, tiny: 5e-324 },
  F32: { u: 5.9604644775390625e-8, elementary: () => 4, tiny: 1.401298464324817e-45 },
};

/** What is wrong with how an engine is to run. Whether there can be so many threads depends on the machine. */
export const simdOptionsProblem = (options: SimdOptions): string | undefined => {
  const strange = optionNamesProblem(options, ['dtype', 'threads', 'fused', 'memoryLimit']);
  if (strange !== undefined) return strange;
  const { dtype = 'F32', fused = true, memoryLimit = 0 } = options;
  const unknown = choiceProblem('dtype', ['F32', 'F64'], dtype);
  if (unknown !== undefined) return unknown;
  if (!(typeof memoryLimit === 'number' && memoryLimit >= 0))
    return `memoryLimit must be a number of bytes, 0 or more, got ${showValue(memoryLimit)}`;
  return typeof fused === 'boolean' ? undefined : `fused must be true or false, got ${showValue(fused)}`;
};

/** Why memory that the limit allows could not be had, and what to do: WebAssembly has room for so many memories at one time, however small. */
export const noRoom = (total: number): string =>
  `there was no room for another ${total < 2 ** 30 ? mebibytes(Math.max(total, 2 ** 16)) : gibibytes(total)} of WebAssembly memory; ` +
  'dispose of plans that are no longer needed, or run a smaller batch.';

/** Why a plan was refused, and what to do. */
export const tooLarge = ({ total, resident, working }: MemoryReport, limit: number, dtype: SimdDType): string =>
  `this program needs ${gibibytes(total)} (${gibibytes(resident)} for inputs that stay and constants, ${gibibytes(working)} for values while it runs), ` +
  `more than the limit of ${gibibytes(limit)}; nothing was allocated. ` +
  `Run a smaller batch${dtype === 'F64' ? ', or compute in F32' : ''}, or split the program into parts that recompute what they need, so that less is kept at one time.`;
