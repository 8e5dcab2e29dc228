import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Program } from '../language/ops.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { showValue } from '../text/show-value.ts';

/** What went wrong in an engine, in one plain sentence that names what to do. */
export interface EngineError {
  readonly _tag: 'EngineError';
  /** Where: compiling a program, running it, or finding the device. */
  readonly stage: 'device' | 'compile' | 'run';
  readonly message: string;
  /** What there is too little of, where that is the reason: the same program on smaller shapes would do. */
  readonly lack?: 'memory';
}

/**
 * An error of a stage, in one plain sentence.
 *
 * @example
 * engineError('device', 'no adapter was found').stage // 'device'
 */
export const engineError = (stage: EngineError['stage'], message: string, lack?: EngineError['lack']): EngineError => ({
  _tag: 'EngineError',
  stage,
  message,
  ...(lack === undefined ? {} : { lack }),
});

/** What an exception says there is too little of. JavaScript has no code for memory that cannot be had, only each engine's own words. */
export const shortageIn = (thrown: unknown): EngineError['lack'] =>
  thrown instanceof RangeError && /allocation failed|out of memory|invalid (typed )?array( buffer)? length/i.test(thrown.message)
    ? 'memory'
    : undefined;

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
  /** Largest finite number: 65504 in float16. @defaultValue that of float64 or float32, whichever `u` is of */
  readonly largest?: number;
}

/** What is wrong with how somebody says that they compute. */
export const arithmeticProblem = (arithmetic: Arithmetic | undefined): string | undefined => {
  const { u = Number.NaN, elementary, tiny = Number.NaN } = arithmetic ?? ({} as Partial<Arithmetic>);
  if (!(u >= 0 && u < 1)) return `arithmetic.u must be a unit roundoff, a number from 0 to below 1, as 2^-24, got ${u}`;
  if (!(tiny >= 0)) return `arithmetic.tiny must be a number, 0 or more, got ${tiny}`;
  return typeof elementary === 'function' ? undefined : `arithmetic.elementary must be a function, got ${showValue(elementary)}`;
};

/** What a caller knows of a program that will run more than once. */
export interface CompileOptions {
  /**
   * Inputs that stay on the engine from run to run, as a model's weights do: needed in the first run, and again only when they have changed.
   * An engine may give them a layout of its own once instead of at every run.
   */
  readonly resident?: readonly string[];
  /**
   * Inputs that each run replaces, by the name of the output that takes their place, as a training step does with parameters and moments. They are
   * needed in the first run; these outputs stay on the engine and are not among a run's results. A run that fails replaces nothing.
   */
  readonly state?: Readonly<Record<string, string>>;
  /** Told how far a run is, from 0 to 1, by engines that compute as they go; those that run a plan in one piece do not tell. */
  readonly progress?: (done: number) => void;
}

/** A compiled program, ready to run any number of times. */
export interface Plan {
  /** Run on inputs by name; of those that stay, the ones that are new or have changed. */
  readonly run: (inputs: Tensors) => TaskEither<EngineError, Tensors>;
  /** The state as it is now, by the names of its inputs. */
  readonly read: (names: readonly string[]) => TaskEither<EngineError, Tensors>;
  /** What really runs it, in words: `webasm (SIMD), 214 kernels`. */
  readonly describe: string;
  readonly dispose: () => void;
}

/** What runs programs. Callers never ask which engine it is. */
export interface Engine {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly compile: (program: Program, inputs: Readonly<Record<string, Shape>>, options?: CompileOptions) => TaskEither<EngineError, Plan>;
  /** Let go of the device, threads and memory. */
  readonly dispose: () => void;
}
