import { describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../../src/core/engine/arithmetic.ts';
import { FLOAT32, FLOAT64 } from '../../../src/core/engine/arithmetic.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import { pullback, variable, vjp } from '../../../src/core/interpret/vjp.ts';
import type { Program } from '../../../src/core/language/ops.ts';
import { bell } from '../../../src/core/oracle/case/noise.ts';
import { type Crowd, given, type Noisy, noise } from '../../../src/core/oracle/sigma/noise.ts';
import { mapRecord } from '../../../src/core/params/map-record.ts';
import type { Shape } from '../../../src/core/tensor/shape.ts';
import { generate, type Tensor, tensor } from '../../../src/core/tensor/tensor.ts';

const drawn = (name: string, shape: Shape): Tensor => {
  const x = bell(name, 1, shape);
  return generate(shape, (i) => Math.fround(x[i]));
};
/** One of each: every primitive that rounds, every named operation. */
const everything: Program<'x' | 'w' | 'b' | 'g', string> = (o, { x, w, b, g }) => {
  const norm = o.layerNorm(1e-6, x, g, g);
  const hidden = o.gelu(o.linear(norm, w, b));
  const attended = o.attention(0.3, norm, hidden, hidden);
  const sum = o.add(x, attended);
  const positive = o.shift(0.1, o.mul(sum, sum));
  return {
    attended,
    probabilities: o.softmax(o.scale(3, sum)),
    logarithms: o.logSoftmax(sum),
    scalars: o.unary('rsqrt', o.div(o.unary('sqrt', positive), o.unary('exp', sum))),
    sums: o.sumLeading([6], o.sub(o.concat(0, sum, x), o.pad(0, 4, 8, o.slice(0, 0, 4, sum)))),
    mean: o.mean(o.unary('cdf', o.permute([1, 0], sum))),
  };
};
const INPUTS = { x: drawn('x', [4, 6]), w: drawn('w', [6, 6]), b: drawn('b', [6]), g: drawn('g', [6]) };
const run = (arithmetic: Arithmetic, crowd: Crowd, program: Program = everything, inputs = INPUTS): Readonly<Record<string, Noisy>> =>
  program(
    noise(arithmetic, reference, crowd),
    mapRecord((t, name) => given(arithmetic, crowd, name, t), inputs),
  );
const numbers = (outputs: Readonly<Record<string, Noisy>>, who: number): readonly number[] =>
  Object.values(outputs).flatMap(({ value, samples }) => Array.from((samples?.[who] ?? value).data));
const errors = (outputs: Readonly<Record<string, Noisy>>, who: number): readonly number[] => {
  const values = Object.values(outputs).flatMap(({ value }) => Array.from(value.data));
  return numbers(outputs, who).map((x, i) => x - values[i]);
};
const gradient: Program = (o, inputs) => {
  const leaves = mapRecord(variable, inputs);
  const y = everything(vjp(o), leaves as never).attended;
  const of = pullback(o, [[y, o.constant(y.shape, new Float64Array(24).fill(0.7))]]);
  return mapRecord(of, leaves);
};

describe('noise', () => {
  const exact: Arithmetic = { u: 0, elementary: () => 0, tiny: 0 };
  it('is the reference bit for bit where nothing is rounded', () => {
    for (const program of [everything, gradient] as const) {
      const plain = program(reference, INPUTS);
      const outputs = run(exact, { samples: 2, seed: 1 }, program);
      for (const who of [0, 1]) expect(numbers(outputs, who)).toEqual(Object.values(plain).flatMap(({ data }) => Array.from(data)));
    }
  });
  it('keeps the reference beside it bit for bit, whatever is rounded', () => {
    const plain = everything(reference, INPUTS);
    for (const arithmetic of [FLOAT32, { ...FLOAT32, storage: 2 ** -8, products: 2 ** -7 }])
      expect(mapRecord(({ value }) => value, run(arithmetic, { samples: 1, seed: 1 }))).toEqual(plain);
  });
  it('gives the same numbers for the same seed, others for another, and one sample does not depend on how many there are', () => {
    const three = run(FLOAT32, { samples: 3, seed: 5 });
    expect(numbers(run(FLOAT32, { samples: 3, seed: 5 }), 2)).toEqual(numbers(three, 2));
    expect(numbers(run(FLOAT32, { samples: 1, seed: 5, first: 2 }), 0)).toEqual(numbers(three, 2));
    expect(numbers(run(FLOAT32, { samples: 3, seed: 6 }), 2)).not.toEqual(numbers(three, 2));
    expect(numbers(three, 0)).not.toEqual(numbers(three, 1));
  });
  it.each([
    ['values', everything],
    ['gradients', gradient],
  ] as const)('errs in proportion to u, to first order, and by every operation: %s', (_, program) => {
    const at = (u: number) => run({ ...FLOAT32, u, tiny: 0 }, { samples: 2, seed: 3 }, program);
    const [fine, coarse] = [errors(at(2 ** -30), 1), errors(at(2 ** -26), 1)];
    const size = Math.max(...coarse.map(Math.abs));
    expect(size).toBeGreaterThan(2 ** -26);
    for (const [i, e] of coarse.entries()) expect(Math.abs(e - 16 * fine[i])).toBeLessThan(1e-4 * size);
    // No output is without errors.
    for (const { value, samples } of Object.values(at(2 ** -26))) expect(samples?.[1].data).not.toEqual(value.data);
  });
  it('errs by 0 in the mean, and as far as it says where one operation alone has rounded', () => {
    const many = { samples: 400, seed: 2 };
    const one: Program = (o, { x, w }) => ({ linear: o.linear(x, w), gelu: o.gelu(x), sum: o.sumLast(x), product: o.matmul(x, w) });
    // Numbers that 8 bits hold, so that only results are rounded to what is stored.
    const short = mapRecord((t) => generate(t.shape, (i) => Math.round(t.data[i] * 32) / 32), INPUTS);
    const cases = [[FLOAT32, INPUTS], [{ ...FLOAT32, storage: 2 ** -11 }, short], [{ ...FLOAT32, products: 2 ** -11 }, INPUTS]] as const; // biome-ignore format: a table
    for (const [arithmetic, inputs] of cases)
      for (const { value, sigma, samples = [] } of Object.values(run(arithmetic, many, one, inputs)))
        for (let i = 0; i < value.data.length; i++) {
          const all = samples.map(({ data }) => (data[i] - value.data[i]) / (sigma as Tensor).data[i]);
          const mean = all.reduce((a, z) => a + z, 0) / 400;
          const square = all.reduce((a, z) => a + z * z, 0) / 400;
          // Five standard deviations of a mean of 400: 5/20, and of the mean square of an even spread, 5 √0.8/20.
          expect(Math.abs(mean)).toBeLessThan(0.25);
          expect(Math.abs(square - 1)).toBeLessThan(0.23);
        }
  });
  it('leaves rows of a softmax that sum to nearly 1, as those of an honest implementation do', () => {
    const crowd = { samples: 8, seed: 1 };
    const x = given(FLOAT32, crowd, 'x', drawn('long', [3, 500]));
    for (const sample of noise(FLOAT32, reference, crowd).softmax(x).samples ?? [])
      for (const total of reference.sumLast(sample).data) expect(Math.abs(total - 1)).toBeLessThan(4 * Math.sqrt(500) * FLOAT32.u);
  });
  it('charges nobody for numbers that the format holds, for moving them, or for powers of two', () => {
    const crowd = { samples: 2, seed: 1 };
    const o = noise(FLOAT32, reference, crowd);
    const x = given(FLOAT32, crowd, 'x', tensor([2, 1], [Math.fround(0.1), 3]));
    const moved = o.scale(-0.25, o.sumLast(o.concat(1, o.slice(0, 0, 1, x), o.repeatLeading([1, 1], o.constant([], Float64Array.of(0)))))); // biome-ignore format: one line
    expect(o.scale(4, o.permute([1, 0], x)).samples).toBeUndefined();
    expect(o.reshape([2], x).samples).toBeUndefined();
    expect(moved.samples).toBeDefined();
    expect(given(FLOAT32, crowd, 'x', tensor([1], [0.1])).samples).toHaveLength(2);
    expect(given(FLOAT64, crowd, 'x', tensor([1], [0.1])).samples).toBeUndefined();
  });
  it('rounds factors once each, the same weight in the same way for every row', () => {
    const arithmetic = { ...FLOAT32, products: 2 ** -8 };
    const crowd = { samples: 1, seed: 1 };
    const o = noise(arithmetic, reference, crowd);
    const w = given(arithmetic, crowd, 'w', drawn('w', [1, 1]));
    const ones = o.linear(given(arithmetic, crowd, 'x', tensor([3, 1], [1, 1, 1])), w);
    const [first, ...rest] = Array.from(ones.samples?.[0].data ?? []);
    for (const y of rest) expect(Math.abs(y - first)).toBeLessThan(1e-6);
    expect(Math.abs(first - w.value.data[0])).toBeGreaterThan(1e-5);
  });
});
