import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Computation } from './ops.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** What went wrong in an engine, in one plain sentence that names what to do. */
export interface EngineError {
  readonly _tag: 'EngineError';
  /** Where: compiling a program, running it, or finding the device. */
  readonly stage: 'device' | 'compile' | 'run';
  readonly message: string;
}

export const engineError = (stage: EngineError['stage'], message: string): EngineError => ({ _tag: 'EngineError', stage, message });

/** Named tensors. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** How an engine computes; what a proved error bound needs to know of it. */
export interface Arithmetic {
  /** Unit roundoff of stored values and of additions and products: 2⁻⁵³ for float64, 2⁻²⁴ for float32. */
  readonly u: number;
  /** Error of exp, log, erf and the like, in units of `u` relative to the result, at argument `x`. */
  readonly elementary: (x: number) => number;
  /** Smallest positive number that is not flushed to zero. */
  readonly tiny: number;
}

/** What a caller knows of a program that will run more than once. */
export interface CompileOptions {
  /**
   * Inputs that stay on the engine from run to run, as a model's weights do: needed in the first run, and again only when they have changed.
   * An engine may give them a layout of its own once instead of at every run.
   */
  readonly resident?: readonly string[];
}

/** A compiled program, ready to run any number of times. */
export interface Plan {
  /** Run on inputs by name; of the resident ones, those that are new or have changed. */
  readonly run: (inputs: Tensors) => TaskEither<EngineError, Tensors>;
  /** What really runs it, in words: `webasm (SIMD), 214 kernels`. */
  readonly describe: string;
  readonly dispose: () => void;
}

/** What runs programs. Callers never ask which engine it is. */
export interface Engine {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly compile: (
    program: Computation,
    inputs: Readonly<Record<string, Shape>>,
    options?: CompileOptions,
  ) => TaskEither<EngineError, Plan>;
  /** Let go of the device, threads and memory. */
  readonly dispose: () => void;
}

/**
 * For engines that keep resident inputs as they came: a function from what a run is given to all that it needs, which
 * remembers the named tensors of earlier runs.
 */
export const keeping = (resident: readonly string[]): ((given: Tensors) => Tensors) => {
  let kept: Tensors = {};
  return (given) => {
    kept = { ...kept, ...Object.fromEntries(Object.entries(given).filter(([name]) => resident.includes(name))) };
    return { ...kept, ...given };
  };
};
