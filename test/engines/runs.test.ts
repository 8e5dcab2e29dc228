import { expect, it } from 'vitest';
import { engineError, type Tensors } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { ShapeError, tensor } from '../../src/core/tensor/tensor.ts';
import { ENGINES, onEach } from '../support/engines.ts';
import { left, right } from '../support/right.ts';

const numbers = (tensors: Tensors) => Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));
const x = tensor([2], [3, 5]);
const sum: Program = (o, { a, x: given }) => ({ y: o.add(a, given) });

onEach(
  ENGINES,
  (name) => name,
  (engine) => {
    it('runs only on the shapes that the program was compiled for', async () => {
      const plan = right(await engine.compile(sum, { a: [2], x: [2] })());
      const three = tensor([3], [1, 2, 3]);
      expect(left(await plan.run({ a: three, x: three })())).toEqual(
        engineError('run', 'input a is (3), but the plan was compiled for (2)'),
      );
      expect(left(await plan.run({ a: x })())).toEqual(engineError('run', 'input x (2) is missing'));
      plan.dispose();
    });

    it.each(['resident', 'state'] as const)('a run that fails replaces nothing: %s', async (kind) => {
      const program: Program = (o, inputs) => ({ ...sum(o, inputs), next: inputs.a });
      const options = kind === 'state' ? { state: { a: 'next' } } : { resident: ['a'] };
      const plan = right(await engine.compile(program, { a: [2], x: [2] }, options)());
      const y = async (inputs: Tensors) => numbers(right(await plan.run(inputs)())).y;
      expect(left(await plan.run({ x })()).message).toBe('input a (2) is missing: it stays between runs, but the first one needs it');
      expect(left(await plan.run({ a: tensor([2], [1, 2]) })()).message).toBe('input x (2) is missing');
      expect(left(await plan.run({ x })()).message).toContain('input a (2) is missing');
      expect(await y({ a: tensor([2], [1, 2]), x })).toEqual([4, 7]);
      left(await plan.run({ a: tensor([3], [7, 7, 7]), x })());
      left(await plan.run({ a: tensor([2], [7, 7]) })());
      expect(await y({ x })).toEqual([4, 7]);
      if (kind === 'state') expect(numbers(right(await plan.read(['a'])()))).toEqual({ a: [1, 2] });
      plan.dispose();
    });
  },
);

it('a run that fails inside replaces nothing', async () => {
  // Fails on a negative number, whatever the shapes.
  const ops = {
    ...reference,
    tag: (name: string, a: typeof x) => {
      if (Array.from(a.data).some((n) => n < 0)) throw new RangeError('negative');
      return reference.tag(name, a);
    },
  };
  const engine = tensorEngine({ name: 'picky', arithmetic: referenceEngine.arithmetic, ops, describe: '' });
  const program: Program = (o, { a }) => ({ y: o.tag('here', a) });
  const plan = right(await engine.compile(program, { a: [2] }, { state: { a: 'y' } })());
  right(await plan.run({ a: x })());
  expect(left(await plan.run({ a: tensor([2], [-1, 0]) })())).toMatchObject({ stage: 'run', message: 'RangeError: negative' });
  expect(numbers(right(await plan.read(['a'])()))).toEqual({ a: [3, 5] });
});

it('a mistake that a program throws while it is compiled is an error of that stage; a bug is not caught', async () => {
  const throwing = (mistake: Error) => referenceEngine.compile(() => { throw mistake; }, { x: [2] }); // biome-ignore format: one line
  expect(left(await throwing(new ShapeError('crossEntropy', 'no'))())).toEqual(engineError('compile', 'crossEntropy: no'));
  expect(() => throwing(new TypeError('bug'))).toThrow('bug');
});
