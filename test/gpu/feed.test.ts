import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { EngineError, Plan, Tensors } from '../../src/core/engine.ts';
import type { Computation } from '../../src/core/ops.ts';
import { adopt, tensor } from '../../src/core/tensor.ts';
import { engineOf, TESTED } from './modes.ts';

const right = <A>(e: E.Either<EngineError, A>): A => {
  if (E.isLeft(e)) throw new Error(e.left.message);
  return e.right;
};
const program: Computation = (o, { w, x }) => ({ y: o.add(o.mul(w, x), o.constant([2], Float64Array.of(0.5, 0.25))) });
const shapes = { w: [2], x: [2] };
const x = tensor([2], [3, 5]);
const y = async (plan: Plan, inputs: Tensors): Promise<readonly number[]> => [...right(await plan.run(inputs)()).y.data];

describe.each(TESTED)('what stays on the device, mode %s', (mode) => {
  const found = engineOf(mode);
  if ('missing' in found) {
    it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
    return;
  }
  const { engine } = found;
  it('a resident input is sent when it is given, and only then', async () => {
    const plan = right(await engine.compile(program, shapes, { resident: ['w'] })());
    const numbers = Float64Array.of(1, 2);
    const w = adopt([2], numbers);
    expect(await y(plan, { w, x })).toEqual([3.5, 10.25]);
    // Nobody is meant to write to a tensor: here it shows who reads it.
    numbers.set([10, 20]);
    expect(await y(plan, { x })).toEqual([3.5, 10.25]);
    expect(await y(plan, { w, x })).toEqual([30.5, 100.25]);
    expect(await y(plan, { x: tensor([2], [1, 1]) })).toEqual([10.5, 20.25]);
    plan.dispose();
  });
  it('an input that is not resident is sent at every run', async () => {
    const plan = right(await engine.compile(program, shapes)());
    const numbers = Float64Array.of(1, 2);
    const w = adopt([2], numbers);
    expect(await y(plan, { w, x })).toEqual([3.5, 10.25]);
    numbers.set([10, 20]);
    expect(await y(plan, { w, x })).toEqual([30.5, 100.25]);
    plan.dispose();
  });
  it('runs that are started together do not mix', async () => {
    const plan = right(await engine.compile(program, shapes, { resident: ['w'] })());
    const ws = [1, 2, 3, 4].map((k) => tensor([2], [k, 10 * k]));
    const all = await Promise.all(ws.map((w) => y(plan, { w, x })));
    expect(all).toEqual([1, 2, 3, 4].map((k) => [3 * k + 0.5, 50 * k + 0.25]));
    expect(await y(plan, { x })).toEqual(all[3]);
    plan.dispose();
  });
});
