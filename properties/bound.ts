import type { Arithmetic } from '../src/core/engine/engine.ts';
import { reference } from '../src/core/interpret/reference.ts';
import { bounded, exact } from '../src/core/oracle/bound/interpreter.ts';
import type { Bound } from './implementation.ts';

/** Float64 with elementary functions within 1 ulp, which is 2 units of roundoff: the reference's own. */
export const FLOAT64: Arithmetic = { u: 2 ** -53, elementary: () => 2, tiny: 2 ** -1074 };
/** Float32 with subnormals and elementary functions within 1 ulp. */
export const FLOAT32: Arithmetic = { u: 2 ** -24, elementary: () => 2, tiny: 2 ** -149 };

/**
 * The proved bound of an arithmetic: run the program in the interpreter of errors. Nothing is chosen; whoever sums in
 * any order and rounds each operation is within it. Infinite where nothing can be proved, as where the format may
 * overflow.
 *
 * @example
 * const program = (o, { x }) => ({ y: o.sumLast(x) });
 * proved(FLOAT32)(program, { x: tensor([3], [1, 2, 4]) }).y.data // ≈ [1e-6]
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
