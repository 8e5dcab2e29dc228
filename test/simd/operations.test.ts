import { afterAll, describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { bounded, stored } from '../../src/core/oracle/bound.ts';
import { CASES, type Case, SPECIAL_CASES } from './cases.ts';
import { engine, expectSameBits, outputOf } from './support.ts';

const f64 = await engine({ dtype: 'f64', threads: 1 });
const f32 = await engine({ dtype: 'f32', threads: 1 });
const unfused = await engine({ dtype: 'f32', threads: 1, fused: false });
afterAll(() => {
  for (const one of [f64, f32, unfused]) one.dispose();
});
const truth = ({ program, inputs }: Case) => program(reference, inputs).y;

describe('f64 gives the bits of the reference', () => {
  it.each(Object.keys(CASES))('%s', async (name) => expectSameBits(name, await outputOf(f64, CASES[name]), truth(CASES[name])));
});

describe('f64 gives the bits of the reference for numbers at the ends of the range', () => {
  it.each(Object.keys(SPECIAL_CASES))('%s', async (name) =>
    expectSameBits(name, await outputOf(f64, SPECIAL_CASES[name]), truth(SPECIAL_CASES[name])),
  );
});

describe('f32 is within the proved bound', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const { program, inputs } = CASES[name];
    const given = Object.fromEntries(Object.entries(inputs).map(([key, tensor]) => [key, stored(f32.arithmetic, tensor)]));
    const { value, error } = program(bounded(f32.arithmetic, reference), given).y;
    for (const of of [f32, unfused]) {
      const got = await outputOf(of, CASES[name]);
      expect(got.shape).toEqual(value.shape);
      for (let i = 0; i < got.data.length; i++)
        if (!(Math.abs(got.data[i] - value.data[i]) <= error.data[i]))
          expect.fail(`${name}: element ${i} is ${got.data[i]}, the reference's ${value.data[i]} ± ${error.data[i]}`);
    }
  });
});
