import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Arithmetic, type Engine, type EngineError, engineError, lackIn, type Tensors } from '../engine.ts';
import { keeping } from '../keeping.ts';
import type { Computation, Ops } from '../ops.ts';
import { shapesProblem, stateProblem } from '../plan-inputs.ts';
import type { Shape } from '../shape.ts';
import { ShapeError, type Tensor } from '../tensor.ts';
import { problems, type Sketch, shape, sketch } from './shape.ts';

/** What an interpreter of tensors needs to be an engine: its name, how it computes, in words what it is. */
export interface TensorEngineOptions {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly ops: Ops<Tensor>;
  readonly describe: string;
}

/** The shapes of a program's outputs, or what is wrong with those of its inputs. */
const sketched = (
  program: Computation,
  inputs: Readonly<Record<string, Shape>>,
): E.Either<EngineError, Readonly<Record<string, Sketch>>> => {
  const misshapen = shapesProblem(inputs);
  if (misshapen !== undefined) return E.left(engineError('compile', misshapen));
  try {
    const outputs = program(shape, Object.fromEntries(Object.entries(inputs).map(([key, of]) => [key, sketch(of)])));
    const [first] = problems(Object.values(outputs));
    return first === undefined ? E.right(outputs) : E.left(engineError('compile', `${first.where}${first.operation}: ${first.message}`));
  } catch (mistake) {
    if (mistake instanceof ShapeError) return E.left(engineError('compile', mistake.message));
    throw mistake;
  }
};

/**
 * An interpreter whose values are tensors, as an engine: compiling checks the shapes, running is calling the program.
 *
 * @example
 * const arithmetic = { u: 2 ** -9, elementary: () => 1, tiny: 2 ** -133 };
 * tensorEngine({ name: 'bf16', arithmetic, ops: rounded(reference, 'bf16'), describe: 'bf16 emulated' }).name // 'bf16'
 */
export const tensorEngine = ({ name, arithmetic, ops, describe }: TensorEngineOptions): Engine => ({
  name,
  arithmetic,
  compile: (program, inputs, options = {}) => {
    const outputs = sketched(program, inputs);
    if (E.isLeft(outputs)) return TE.left(outputs.left);
    const problem = stateProblem(options.state ?? {}, inputs, outputs.right);
    if (problem !== undefined) return TE.left(engineError('compile', problem));
    const run = (tensors: Tensors): TE.TaskEither<EngineError, Tensors> =>
      TE.tryCatch(
        async () => program(ops, tensors),
        (reason) => engineError('run', String(reason), lackIn(reason)),
      );
    return TE.right(keeping(options, inputs, { run, describe, dispose: () => {} }));
  },
  dispose: () => {},
});
