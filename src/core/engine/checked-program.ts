import { type RecordedProgram, type Replay, record } from '../interpret/record.ts';
import type { Program } from '../language/ops.ts';
import { shapesProblem } from '../language/run-program.ts';
import { type Shape, sameShape } from '../tensor/shape.ts';
import { ShapeError, SizeError } from '../tensor/tensor.ts';
import { type CompileOptions, type EngineError, engineError } from './engine.ts';
import { optionsProblem, stateProblem } from './input-problems.ts';

const refuse = (problem: string | undefined): void => {
  if (problem !== undefined) throw new ShapeError('', problem);
};

/** The record of a program, which a replay of the same inputs brings along. */
const recordOf = (program: Program, inputs: Readonly<Record<string, Shape>>): RecordedProgram => {
  const recorded = (program as Partial<Replay> | undefined)?.recorded;
  if (recorded === undefined || shapesProblem(inputs) !== undefined) return record(program, inputs);
  const names = Object.keys(inputs);
  const fits =
    names.length === Object.keys(recorded.inputs).length &&
    names.every((name) => Object.hasOwn(recorded.inputs, name) && sameShape(recorded.inputs[name], inputs[name]));
  return fits ? recorded : record(program, inputs);
};

/**
 * A program as an engine is to compile it, written out: what is wrong with it is the same on every engine, and nobody calls it again.
 *
 * @throws ShapeError when the program, its shapes or its options cannot be compiled.
 */
export const checkedProgram = (program: Program, inputs: Readonly<Record<string, Shape>>, options: CompileOptions): RecordedProgram => {
  refuse(optionsProblem(options));
  const made = recordOf(program, inputs);
  const results = Object.fromEntries(Object.entries(made.outputs).map(([name, step]) => [name, made.instructions[step]]));
  refuse(stateProblem(options.state ?? {}, inputs, results));
  return made;
};

/** A mistake in a program as an error of its engine; any other exception is thrown again. */
export const compileError = (mistake: unknown): EngineError => {
  if (mistake instanceof ShapeError) return engineError('compile', mistake.message, mistake instanceof SizeError ? 'memory' : undefined);
  throw mistake;
};
