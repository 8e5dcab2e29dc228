import type { Engine, Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { exact } from '../../src/core/oracle/bound/bounded.ts';
import { bounded } from '../../src/core/oracle/bound/interpreter.ts';
import { right } from '../support/right.ts';
import type { Case } from './cases.ts';

/** The largest error of a case in units of what is allowed, and where it is. */
export interface Verdict {
  readonly ratio: number;
  readonly at: string;
}

/** A reference and how far from it each element may be. */
interface Expected {
  readonly value: Tensors;
  readonly allowed: (name: string, i: number) => number;
}

/** What an engine gives for a case; an error of the engine is thrown. */
export const ran = async (engine: Engine, { program, inputs }: Case): Promise<Tensors> => {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const plan = right(await engine.compile(program, shapes)());
  const result = await plan.run(inputs)();
  plan.dispose();
  return right(result);
};

const farthest = ({ value, allowed }: Expected, got: Tensors): Verdict => {
  let found = { ratio: 0, at: '' };
  for (const [name, { data, shape }] of Object.entries(value)) {
    if (got[name]?.shape.join() !== shape.join()) return { ratio: Number.POSITIVE_INFINITY, at: `${name} has shape (${got[name]?.shape})` };
    for (let i = 0; i < data.length; i++) {
      const error = Math.abs(got[name].data[i] - data[i]);
      const ratio = error === 0 ? 0 : error / allowed(name, i);
      if (!(ratio <= found.ratio))
        found = { ratio, at: `${name}[${i}] is ${got[name].data[i]}, the reference ${data[i]}, allowed ${allowed(name, i)}` };
    }
  }
  return found;
};

/** Against the proved bound of the program in the engine's arithmetic. `subject` is what the engine runs. */
export const againstBound = async (engine: Engine, c: Case, subject = c.program): Promise<Verdict> => {
  const inputs = Object.fromEntries(Object.entries(c.inputs).map(([name, t]) => [name, exact(t)]));
  const proved = c.program(bounded(engine.arithmetic, reference), inputs);
  const value = Object.fromEntries(Object.entries(proved).map(([name, b]) => [name, b.value]));
  return farthest({ value, allowed: (name, i) => proved[name].error.data[i] }, await ran(engine, { ...c, program: subject }));
};

/** λ of the calibrated tolerance: how many times the deviation seen in emulated float32 counts as honest. */
const LAMBDA = 8;
const U = 2 ** -24;

/**
 * Against what float32 does to this program: λ times the largest deviation, in each output, of the reference rounded to
 * float32 after every operation. For whole models, where the proved bound says nothing.
 */
export const againstRounding = async (engine: Engine, c: Case, subject = c.program): Promise<Verdict> => {
  const value = c.program(reference, c.inputs);
  const emulated = c.program(rounded(reference, 'F32'), c.inputs);
  const largest = (name: string, f: (i: number) => number): number =>
    value[name].data.slice().reduce((most, _, i) => Math.max(most, Math.abs(f(i))), 0);
  const tolerance = Object.fromEntries(
    Object.keys(value).map((name) => [
      name,
      LAMBDA * (largest(name, (i) => emulated[name].data[i] - value[name].data[i]) + U * largest(name, (i) => value[name].data[i])),
    ]),
  );
  return farthest({ value, allowed: (name) => tolerance[name] }, await ran(engine, { ...c, program: subject }));
};
