import type { Arithmetic } from '../src/core/engine/arithmetic.ts';
import { reference } from '../src/core/interpret/reference.ts';
import { bounded, exact } from '../src/core/oracle/bound/interpreter.ts';
import type { Bound } from './implementation.ts';

/**
 * The proved bound of an arithmetic: run the program in the interpreter of errors. Nothing is chosen; whoever sums in
 * any order and rounds each operation is within it. Infinite where nothing can be proved, as where the format may
 * overflow.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.sumLast(x) });
 * proved(FLOAT32)(program, { x: tensor([3], [0.5, 2, 4]) }).y.data // ≈ [7.74860476e-7]
 */
export const proved =
  (arithmetic: Arithmetic): Bound =>
  (program, inputs) => {
    const outputs = program(
      bounded(arithmetic, reference),
      Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, exact(t)])),
    );
    return Object.fromEntries(Object.entries(outputs).map(([name, { error }]) => [name, error]));
  };
