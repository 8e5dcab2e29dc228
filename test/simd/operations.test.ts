import { afterAll, describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { UNARY } from '../../src/core/language/ops.ts';
import { bounded, stored } from '../../src/core/oracle/bound/interpreter.ts';
import { generate } from '../../src/core/tensor/tensor.ts';
import { CASES, type Case, SPECIAL_CASES } from './cases.ts';
import { engine, expectSameBits, outputOf } from './support.ts';

const f64 = await engine({ dtype: 'F64', threads: 1 });
const f32 = await engine({ dtype: 'F32', threads: 1 });
const unfused = await engine({ dtype: 'F32', threads: 1, fused: false });
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

describe('f32 at the ends of the range', () => {
  const ends = generate([5], (i) => [Number.NaN, Infinity, -Infinity, 1e30, -1e30][i]);
  it.each(UNARY)('%s is what the limit is', async (f) => {
    const one: Case = { program: (o, { x }) => ({ y: o.unary(f, x) }), inputs: { x: ends } };
    const [got, want] = [await outputOf(f32, one), truth(one)];
    want.data.slice().forEach((value, i) => {
      if (Number.isFinite(value) && value !== 0) expect(got.data[i] / value).toBeCloseTo(1, 6);
      else expect(got.data[i] + 0, `${f}(${ends.data[i]})`).toBe(value + 0);
    });
  });
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
