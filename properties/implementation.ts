import { isLeft } from 'fp-ts/lib/Either.js';
import type { Engine, Tensors } from '../src/core/engine/engine.ts';
import type { Ops, Program } from '../src/core/language/ops.ts';
import { mapRecord } from '../src/core/params/map-record.ts';
import type { Shape, Shaped } from '../src/core/tensor/shape.ts';
import type { Tensor } from '../src/core/tensor/tensor.ts';

export type { Tensors };

/** For each output of a program, how far each element may lie from its exact value. */
export type Bound = (program: Program, inputs: Tensors) => Tensors;

/** Anything that runs programs: what a law asks of an interpreter or an engine. */
export interface Implementation {
  /** What reports call it. */
  readonly name: string;
  /** The outputs of a program by name; rejects when it cannot run it. */
  readonly run: (program: Program, inputs: Tensors) => Promise<Tensors>;
  /** How far its outputs may lie from the exact ones; asked where a law is not exact. */
  readonly bound: Bound;
  /** Whether it claims the reference's order of float64 operations: then laws marked so are checked bit for bit. */
  readonly bits: boolean;
  /** The nearest number it can store. Inputs are rounded first, so that nobody is charged for it. */
  readonly round: (x: number) => number;
}

/** An interpreter and what it claims. */
export interface InterpreterClaims<T extends Shaped> {
  /** What reports call it. */
  readonly name: string;
  readonly ops: Ops<T>;
  /** A tensor of the caller as a value of the interpreter. @defaultValue `ops.constant` */
  readonly lift?: (t: Tensor) => T;
  /** A value of the interpreter as float64. */
  readonly read: (t: T) => Tensor;
  /** How far its results may lie from the exact ones; `proved` and `calibrated` make one. */
  readonly bound: Bound;
  /** Whether it claims the bits of the float64 reference, as `Implementation.bits`. @defaultValue false */
  readonly bits?: boolean;
  /** The nearest number it can store. @defaultValue the identity: float64 */
  readonly round?: (x: number) => number;
}

/**
 * An interpreter, ready to be held to the laws.
 *
 * @example
 * fromInterpreter({ name: 'mine', ops: reference, read: (t) => t, bound: proved(FLOAT64) }).name // 'mine'
 */
export const fromInterpreter = <T extends Shaped>(options: InterpreterClaims<T>): Implementation => {
  const { name, ops, read, bound, bits = false, round = (x: number) => x } = options;
  const lift = options.lift ?? ((t: Tensor) => ops.constant(t.shape, t.data));
  const run = async (program: Program, inputs: Tensors) =>
    mapRecord(
      (y) => read(y),
      program(
        ops,
        mapRecord((t) => lift(t), inputs),
      ),
    );
  return { name, run, bound, bits, round };
};

/** What an engine claims of its results. */
export interface EngineClaims {
  /** How far they may lie from the exact ones; `proved(e.arithmetic)` takes the engine's own word. */
  readonly bound: Bound;
  /** Whether it claims the bits of the float64 reference, as `Implementation.bits`. @defaultValue false */
  readonly bits?: boolean;
  /** The nearest number it can store: `Math.fround` in float32. @defaultValue the identity: float64 */
  readonly round?: (x: number) => number;
}

/**
 * An engine, ready to be held to the laws. Each run compiles a plan and lets go of it; the engine stays the caller's to dispose of.
 *
 * A program it cannot compile or run is an error, not a verdict: `run` rejects with the name of the engine, the stage and its message.
 *
 * @example
 * const subject = fromEngine(referenceEngine, { bound: proved(referenceEngine.arithmetic), bits: true });
 * await check(softmaxLaws[0], subject, { runs: 5 }) // { implementation: 'reference', holds: true, ratio: 0, … }
 * await subject.run((o, { x }) => ({ y: o.matmul(x, x) }), { x: tensor([2], [1, 2]) }) // throws Error: reference: compile
 */
export const fromEngine = (e: Engine, { bound, bits = false, round = (x) => x }: EngineClaims): Implementation => ({
  name: e.name,
  bound,
  bits,
  round,
  run: async (program, inputs) => {
    const shapes: Record<string, Shape> = mapRecord((t) => t.shape, inputs);
    const plan = await e.compile(program, shapes)();
    if (isLeft(plan)) throw new Error(`${e.name}: ${plan.left.stage}: ${plan.left.message}`);
    try {
      const outputs = await plan.right.run(inputs)();
      if (isLeft(outputs)) throw new Error(`${e.name}: ${outputs.left.stage}: ${outputs.left.message}`);
      return outputs.right;
    } finally {
      plan.right.dispose();
    }
  },
});
