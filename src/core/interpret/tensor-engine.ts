import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Arithmetic, type Engine, type EngineError, engineError, keeping, stateProblem, type Tensors } from '../engine.ts';
import type { Ops } from '../ops.ts';
import type { Tensor } from '../tensor.ts';
import { problems, shape, sketch } from './shape.ts';

/** What an interpreter of tensors needs to be an engine: its name, how it computes, in words what it is. */
export interface TensorEngineOptions {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly ops: Ops<Tensor>;
  readonly describe: string;
}

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
    const sketched = Object.fromEntries(Object.entries(inputs).map(([key, of]) => [key, sketch(of)]));
    const outputs = program(shape, sketched);
    const [first] = problems(Object.values(outputs));
    if (first !== undefined) return TE.left(engineError('compile', `${first.where}${first.operation}: ${first.message}`));
    const problem = stateProblem(options.state ?? {}, inputs, outputs);
    if (problem !== undefined) return TE.left(engineError('compile', problem));
    const run = (tensors: Tensors): TE.TaskEither<EngineError, Tensors> =>
      TE.tryCatch(
        async () => program(ops, tensors),
        (reason) => engineError('run', String(reason)),
      );
    return TE.right(keeping(options, { run, describe, dispose: () => {} }));
  },
  dispose: () => {},
});
