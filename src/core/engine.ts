import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { inTurn } from './in-turn.ts';
import type { Computation } from './ops.ts';
import { type Shape, type Shaped, sameShape, showShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

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
export const lackIn = (thrown: unknown): EngineError['lack'] =>
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
}

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
  readonly compile: (
    program: Computation,
    inputs: Readonly<Record<string, Shape>>,
    options?: CompileOptions,
  ) => TaskEither<EngineError, Plan>;
  /** Let go of the device, threads and memory. */
  readonly dispose: () => void;
}

/** What is wrong with the state that a program was compiled with, given the shapes of its inputs and outputs. */
export const stateProblem = (
  state: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, Shape>>,
  outputs: Readonly<Record<string, Shaped>>,
): string | undefined => {
  for (const [input, output] of Object.entries(state)) {
    if (inputs[input] === undefined)
      return `state ${input} is not an input of the program; its inputs are ${Object.keys(inputs).join(', ')}`;
    if (outputs[output] === undefined)
      return `state ${input} is to be replaced by output ${output}, which the program does not have; it has ${Object.keys(outputs).join(', ')}`;
    if (!sameShape(inputs[input], outputs[output].shape))
      return `state ${input} is ${showShape(inputs[input])}, but output ${output}, which replaces it, is ${showShape(outputs[output].shape)}`;
  }
  return undefined;
};

/** An input that a plan was compiled for. */
export interface PlanInput extends Shaped {
  /** Whether it stays between runs. */
  readonly stays: boolean;
}

/** What is wrong with the inputs of a run; `known` are those that stay and were given before. */
export const inputProblem = (
  inputs: Readonly<Record<string, PlanInput>>,
  known: (name: string) => boolean,
  given: Tensors,
): string | undefined => {
  for (const [name, { shape, stays }] of Object.entries(inputs)) {
    const tensor: Tensor | undefined = given[name];
    if (tensor === undefined && !(stays && known(name)))
      return `input ${name} ${showShape(shape)} is missing${stays ? ': it stays between runs, but the first one needs it' : ''}`;
    if (tensor !== undefined && !sameShape(tensor.shape, shape))
      return `input ${name} is ${showShape(tensor.shape)}, but the plan was compiled for ${showShape(shape)}`;
  }
  return undefined;
};

/** Why state of these names cannot be read; `known` are the inputs that a run was given or has replaced. */
export const unreadable = (
  state: Readonly<Record<string, string>>,
  known: (name: string) => boolean,
  names: readonly string[],
): string | undefined => {
  const stranger = names.find((name) => state[name] === undefined);
  if (stranger !== undefined) return `${stranger} is not state of this plan; compile it with state: { ${stranger}: … } to keep and read it`;
  const early = names.find((name) => !known(name));
  return early === undefined ? undefined : `state ${early} was not given yet; run the plan once with it`;
};

const picked = (tensors: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => names.includes(name)));

/**
 * A plan that takes every input of these shapes at every run, as one that keeps what stays on this side of the engine. It is not run on inputs that are
 * missing or misshapen. Its runs follow one another: each meets the state that the one before has left, and one that fails leaves it as it was.
 */
export const keeping = <P extends Omit<Plan, 'read'>>(
  { resident = [], state = {} }: CompileOptions,
  shapes: Readonly<Record<string, Shape>>,
  plan: P,
): P & Plan => {
  const stays = [...resident, ...Object.keys(state)];
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, stays: stays.includes(name) }]));
  const carried = Object.values(state);
  const turn = inTurn();
  let kept: Tensors = {};
  const known = (name: string): boolean => kept[name] !== undefined;
  const run = async (given: Tensors): Promise<Either<EngineError, Tensors>> => {
    const problem = inputProblem(inputs, known, given);
    if (problem !== undefined) return left(engineError('run', problem));
    const held = { ...kept, ...picked(given, stays) };
    const result = await plan.run({ ...held, ...given })();
    if (isLeft(result)) return result;
    const outputs = result.right;
    kept = { ...held, ...Object.fromEntries(Object.entries(state).map(([input, output]) => [input, outputs[output]])) };
    return right(Object.fromEntries(Object.entries(outputs).filter(([name]) => !carried.includes(name))));
  };
  const read = (names: readonly string[]): Either<EngineError, Tensors> => {
    const problem = unreadable(state, known, names);
    return problem === undefined ? right(picked(kept, names)) : left(engineError('run', problem));
  };
  return { ...plan, run: (given) => () => turn(() => run(given)), read: (names) => () => turn(() => read(names)) };
};
