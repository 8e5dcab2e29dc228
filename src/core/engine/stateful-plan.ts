import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { Shape } from '../tensor/shape.ts';
import { type CompileOptions, type EngineError, engineError, type Tensors, type UntypedPlan } from './engine.ts';
import { inputProblem, unreadable } from './input-problems.ts';
import { queue } from './queue.ts';

const picked = (tensors: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name, tensor]) => names.includes(name) && tensor !== undefined));

/**
 * A plan that takes every input of these shapes at every run, as one that keeps what stays on this side of the engine. It is not run on inputs that are
 * missing or misshapen. Its runs follow one another: each meets the state that the one before has left, and one that fails leaves it as it was.
 */
export const statefulPlan = <P extends Omit<UntypedPlan, 'read'>>(
  { resident = [], state = {} }: CompileOptions,
  shapes: Readonly<Record<string, Shape>>,
  plan: P,
): P & UntypedPlan => {
  const stays = [...resident, ...Object.keys(state)];
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, stays: stays.includes(name) }]));
  const carried = Object.values(state);
  const inOrder = queue();
  let kept: Tensors = {};
  const known = (name: string): boolean => Object.hasOwn(kept, name);
  const run = async (given: Tensors): Promise<Either<EngineError, Tensors>> => {
    const problem = inputProblem(inputs, known, given);
    if (problem !== undefined) return left(engineError('run', problem));
    const held = { ...kept, ...picked(given, stays) };
    const result = await plan.run({ ...given, ...held })();
    if (isLeft(result)) return result;
    const outputs = result.right;
    kept = { ...held, ...Object.fromEntries(Object.entries(state).map(([input, output]) => [input, outputs[output]])) };
    return right(Object.fromEntries(Object.entries(outputs).filter(([name]) => !carried.includes(name))));
  };
  const read = (names: readonly string[]): Either<EngineError, Tensors> => {
    const problem = unreadable(state, known, names);
    return problem === undefined ? right(picked(kept, names)) : left(engineError('run', problem));
  };
  return { ...plan, run: (given) => () => inOrder(() => run(given)), read: (names) => () => inOrder(() => read(names)) };
};
