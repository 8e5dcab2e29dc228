import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import type { EngineError, Plan, Tensors } from '../../src/core/engine/engine.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';
import { ENGINES, onEach } from '../support/engines.ts';
import { right } from '../support/right.ts';

const message = <A>(either: E.Either<EngineError, A>): string => (E.isLeft(either) ? either.left.message : 'no error');
const numbers = (tensors: Tensors) => Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));
const x = tensor([2], [3, 5]);

onEach(
  ENGINES,
  (name) => name,
  (engine) => {
    it('keeps a resident input until it is given anew', async () => {
      const program: Program = (o, { w, x: given }) => ({ y: o.mul(w, given) });
      const plan = right(await engine.compile(program, { w: [2], x: [2] }, { resident: ['w'] })());
      const y = async (inputs: Tensors) => [...right(await plan.run(inputs)()).y.data];
      expect(await y({ w: tensor([2], [1, 2]), x })).toEqual([3, 10]);
      expect(await y({ x })).toEqual([3, 10]);
      expect(await y({ w: tensor([2], [2, 4]), x })).toEqual([6, 20]);
      expect(await y({ x })).toEqual([6, 20]);
      plan.dispose();
    });

    it('replaces state after each run, all of it at once, and gives it back when asked', async () => {
      // The two exchange places, and only one of them takes part in a sum: each must still be what it was when the other is replaced.
      const program: Program = (o, { a, b, x: given }) => ({ sum: o.add(a, given), 'next a': b, 'next b': o.add(a, given) });
      const shapes = { a: [2], b: [2], x: [2] };
      const plan: Plan = right(await engine.compile(program, shapes, { state: { a: 'next a', b: 'next b' } })());
      expect(message(await plan.read(['a'])())).toBe('state a was not given yet; run the plan once with it');
      expect(message(await plan.run({ x })())).not.toBe('no error');
      const first = right(await plan.run({ a: tensor([2], [1, 1]), b: tensor([2], [10, 20]), x })());
      expect(numbers(first)).toEqual({ sum: [4, 6] });
      expect(numbers(right(await plan.read(['a', 'b'])()))).toEqual({ a: [10, 20], b: [4, 6] });
      expect(numbers(right(await plan.run({ x })()))).toEqual({ sum: [13, 25] });
      expect(numbers(right(await plan.read(['b'])()))).toEqual({ b: [13, 25] });
      expect(numbers(right(await plan.run({ b: tensor([2], [0, 0]), x })()))).toEqual({ sum: [7, 11] });
      expect(numbers(right(await plan.read(['a', 'b'])()))).toEqual({ a: [0, 0], b: [7, 11] });
      expect(message(await plan.read(['x'])())).toContain('x is not state of this plan');
      plan.dispose();
    });

    it('runs that are started together follow one another', async () => {
      const program: Program = (o, { a, x: given }) => ({ 'next a': o.add(a, given) });
      const plan = right(await engine.compile(program, { a: [2], x: [2] }, { state: { a: 'next a' } })());
      const [, , , read] = await Promise.all([
        plan.run({ a: tensor([2], [1, 1]), x })(),
        plan.run({ x })(),
        plan.run({ x })(),
        plan.read(['a'])(),
      ]);
      expect(numbers(right(read))).toEqual({ a: [10, 16] });
      plan.dispose();
    });

    it('says which state does not fit the program', async () => {
      const program: Program = (o, { a, x: given }) => ({ y: o.add(a, given), z: o.sumLast(given) });
      const problem = async (state: Readonly<Record<string, string>>) =>
        message(await engine.compile(program, { a: [2], x: [2] }, { state })());
      expect(await problem({ q: 'y' })).toContain('state q is not an input of the program; its inputs are a, x');
      expect(await problem({ a: 'q' })).toContain('output q, which the program does not have; it has y, z');
      expect(await problem({ a: 'z' })).toContain('state a is (2), but output z, which replaces it, is ()');
    });
  },
);
