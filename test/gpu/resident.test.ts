import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import type { Engine, Tensors } from '../../src/core/engine.ts';
import { referenceEngine } from '../../src/core/interpret/reference-engine.ts';
import type { Computation } from '../../src/core/ops.ts';
import { tensor } from '../../src/core/tensor.ts';
import { gpuEngine } from '../../src/gpu/index.ts';

const program: Computation = (o, { w, x }) => ({ y: o.mul(w, x) });
const right = <A>(either: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(either)) throw new Error(either.left.message);
  return either.right;
};

it.each([
  ['reference', async (): Promise<Engine> => referenceEngine],
  ['gpu (cpu)', async (): Promise<Engine> => right(await gpuEngine({ mode: 'cpu' })())],
] as const)('%s keeps a resident input until it is given anew', async (_, make) => {
  const engine = await make();
  const plan = right(await engine.compile(program, { w: [2], x: [2] }, { resident: ['w'] })());
  const y = async (inputs: Tensors) => [...right(await plan.run(inputs)()).y.data];
  const x = tensor([2], [3, 5]);
  expect(await y({ w: tensor([2], [1, 2]), x })).toEqual([3, 10]);
  expect(await y({ x })).toEqual([3, 10]);
  expect(await y({ w: tensor([2], [2, 4]), x })).toEqual([6, 20]);
  expect(await y({ x })).toEqual([6, 20]);
  engine.dispose();
});
