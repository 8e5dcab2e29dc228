import { expect } from 'vitest';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { type SimdEngine, type SimdOptions, simdEngine } from '../../src/simd/index.ts';
import { right } from '../support/right.ts';
import { differenceOf } from '../support/same-bits.ts';
import type { Case } from './cases.ts';

export const engine = async (options: SimdOptions): Promise<SimdEngine> => right(await simdEngine(options)());

/** The output of a case, from its second run in a memory that earlier plans have used. */
export const outputOf = async (of: SimdEngine, { program, inputs }: Case): Promise<Tensor> => {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const plan = right(await of.compile(program, shapes)());
  right(await plan.run(inputs)());
  const { y } = right(await plan.run(inputs)());
  plan.dispose();
  return y;
};

/** Every bit the same; all NaN are one. */
export const expectSameBits = (name: string, got: Tensor, want: Tensor): void => {
  const difference = differenceOf(got, want);
  if (difference !== undefined) expect.fail(`${name}: ${difference}`);
};
