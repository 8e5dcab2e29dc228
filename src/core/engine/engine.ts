import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Program } from '../language/ops.ts';
import type { InputNames, NamesOf, ProgramOn } from '../language/program-types.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Arithmetic } from './arithmetic.ts';

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

/** What a caller knows of a program that will run more than once: names of inputs, and of the outputs that take the place of some. */
export interface CompileOptions<K extends string = string, M extends NamesByName = NamesByName> {
  /**
   * Inputs that stay on the engine from run to run, as a model's weights do: needed in the first run, and again only when they have changed.
   * An engine may give them a layout of its own once instead of at every run.
   */
  readonly resident?: readonly K[];
  /**
   * Inputs that each run replaces, by the name of the output that takes their place, as a training step does with parameters and moments. They are
   * needed in the first run; these outputs stay on the engine and are not among a run's results. A run that fails replaces nothing.
   */
  readonly state?: M;
  /** Told how far a run is, from 0 to 1, by engines that compute as they go; those that run a plan in one piece do not tell. */
  readonly progress?: (done: number) => void;
}

/** The inputs of one run: those of the names in `Stays` may be left out, which the first run alone needs. */
export type RunInputs<I extends string, Stays extends string> = { readonly [K in Exclude<I, Stays>]: Tensor } & {
  readonly [K in I & Stays]?: Tensor | undefined;
};

/**
 * A compiled program, ready to run any number of times: inputs of the names `I`, of which `Stays` stay from run to run and `State` is replaced by each,
 * and outputs of the names `O`. `Plan` is one of any names; its methods are written as such, so that every plan is one of those too.
 */
export interface Plan<I extends string = string, O extends string = string, Stays extends string = never, State extends string = string> {
  /** Run on inputs by name; of those that stay, the ones that are new or have changed. */
  run(inputs: RunInputs<I, Stays>): TaskEither<EngineError, { readonly [K in O]: Tensor }>;
  /** The state as it is now, by the names of its inputs. */
  read<N extends State>(names: readonly N[]): TaskEither<EngineError, { readonly [K in N]: Tensor }>;
  /** What really runs it, in words: `webasm (SIMD), 214 kernels`. */
  readonly describe: string;
  readonly dispose: () => void;
}

/** A plan as an engine writes it, which knows no names. */
export interface UntypedPlan extends Omit<Plan, 'read'> {
  read(names: readonly string[]): TaskEither<EngineError, Tensors>;
}

type Shapes = Readonly<Record<string, Shape>>;
type NamesByName = Readonly<Record<string, string>>;
type NoNames = Readonly<Record<never, string>>;
/** The names in `N`; none where they are not known. */
type Known<N> = string extends N ? never : N;
/** What the options must be where a name in them is not one of the program. */
type OptionsFor<K, M, I extends string, O extends string> = [Known<K> | Known<keyof M>, Known<M[keyof M]>] extends [I, O]
  ? unknown
  : { readonly resident?: readonly I[]; readonly state?: { readonly [N in keyof M]: N extends I ? O : never } };

/** Compiles programs, and infers the names of their plans; `Extra` is what the engine's plans tell beside. */
export type Compile<Extra = unknown> = <S extends Shapes, R, const K extends string = never, const M extends NamesByName = NoNames>(
  program: ProgramOn<S, R>,
  inputs: S,
  options?: CompileOptions<K, M> & NoInfer<OptionsFor<K, M, InputNames<S, R>, NamesOf<R>>>,
) => TaskEither<
  EngineError,
  Plan<InputNames<S, R>, Exclude<NamesOf<R>, Known<M[keyof M]>>, K | (keyof M & string), keyof M & string> & Extra
>;

/**
 * The `compile` of an engine of your own, which is written for any names, as one that infers them.
 *
 * @example
 * const compile = inferNames((program, inputs, options) => referenceEngine.compile(program, inputs, options));
 * const plan = await compile((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] })();
 * plan.right.describe // 'float64 reference in JavaScript'
 */
export const inferNames = <P extends UntypedPlan>(
  compile: (program: Program, inputs: Shapes, options?: CompileOptions) => TaskEither<EngineError, P>,
): Compile<Omit<P, keyof Plan>> => compile as unknown as Compile<Omit<P, keyof Plan>>;

/** What runs programs. Callers never ask which engine it is. */
export interface Engine {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly compile: Compile;
  /** Let go of the device, threads and memory. */
  readonly dispose: () => void;
}
