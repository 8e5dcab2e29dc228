import type { Arithmetic } from '../../engine/arithmetic.ts';
import type { Tensors } from '../../engine/engine.ts';
import { reference } from '../../interpret/reference.ts';
import { type NamesOf, ofAnyNames, type ProgramOn } from '../../language/program-types.ts';
import { mapRecord } from '../../params/map-record.ts';
import type { Bounded } from '../bound/bounded.ts';
import { bounded, stored } from '../bound/interpreter.ts';
import { type Comparison, judgeOutputs } from './compare.ts';

/**
 * What any honest implementation must give for a program and its inputs: the reference's values, each with its bound.
 *
 * @example
 * const y = boundsOf(FLOAT32, (o, { x }) => ({ y: o.softmax(x) }), { x: tensor([1, 2], [0, 0]) }).y;
 * [y.value.data[0], y.error.data[0]] // ≈ [0.5, 2.7e-7]
 */
export const boundsOf = <S extends Tensors, R>(
  arithmetic: Arithmetic,
  program: ProgramOn<S, R>,
  inputs: S,
): { readonly [K in NamesOf<R>]: Bounded } => {
  const bounds = ofAnyNames(program)(
    bounded(arithmetic, reference),
    mapRecord((t) => stored(arithmetic, t), inputs),
  );
  return bounds as { readonly [K in NamesOf<R>]: Bounded };
};

/**
 * Outputs held against what they must be.
 *
 * @example
 * const half = (o, { x }) => ({ y: o.scale(0.5, x) });
 * judgeProgram(FLOAT32, half, { x: tensor([2], [1, 2]) }, { y: tensor([2], [0.5, 1.1]) }).failed // 1
 */
export const judgeProgram = <S extends Tensors, R>(arithmetic: Arithmetic, program: ProgramOn<S, R>, inputs: S, got: Tensors): Comparison =>
  judgeOutputs(got, boundsOf(arithmetic, program, inputs));
