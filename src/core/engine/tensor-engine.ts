import * as TE from 'fp-ts/lib/TaskEither.js';
import { replay } from '../interpret/record.ts';
import type { Ops, Program } from '../language/ops.ts';
import { ShapeError, type Tensor } from '../tensor/tensor.ts';
import { type Arithmetic, arithmeticProblem } from './arithmetic.ts';
import { checkedProgram, compileError } from './checked-program.ts';
import { type Engine, type EngineError, engineError, inferNames, shortageIn, type Tensors } from './engine.ts';
import { statefulPlan } from './stateful-plan.ts';

/** What an interpreter of tensors needs to be an engine: its name, how it computes, in words what it is. */
export interface TensorEngineOptions {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly ops: Ops<Tensor>;
  readonly describe: string;
}

/**
 * An interpreter whose values are tensors, as an engine: compiling records the program, running replays the record.
 *
 * @throws RangeError when the arithmetic is invalid.
 * @example
 * const arithmetic = { u: 2 ** -9, elementary: () => 1, tiny: 2 ** -133 };
 * tensorEngine({ name: 'BF16', arithmetic, ops: rounded(reference, 'BF16'), describe: 'bf16 emulated' }).name // 'BF16'
 */
export const tensorEngine = ({ name, arithmetic, ops, describe }: TensorEngineOptions): Engine => {
  const problem = arithmeticProblem(arithmetic);
  if (problem !== undefined) throw new RangeError(`tensorEngine: ${problem}`);
  return {
    name,
    arithmetic,
    compile: inferNames((program, inputs, options = {}) => {
      let compiled: Program;
      try {
        compiled = replay(checkedProgram(program, inputs, options), options.progress);
      } catch (mistake) {
        return TE.left(compileError(mistake));
      }
      const run = (tensors: Tensors): TE.TaskEither<EngineError, Tensors> =>
        TE.tryCatch(
          async () => compiled(ops, tensors),
          (reason) => engineError('run', reason instanceof ShapeError ? reason.message : String(reason), shortageIn(reason)),
        );
      return TE.right(statefulPlan(options, inputs, { run, describe, dispose: () => {} }));
    }),
    dispose: () => {},
  };
};
