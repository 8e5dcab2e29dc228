import { describe, expect, it } from 'vitest';
import type { Algorithm, Arithmetic } from '../../src/core/engine/arithmetic.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { FORMATS, roundTensor } from '../../src/core/interpret/rounded.ts';
import { complete } from '../../src/core/language/interpreter.ts';
import type { Named, Ops } from '../../src/core/language/ops.ts';
import { override } from '../../src/core/language/override.ts';
import { boundsOf, judgeProgram } from '../../src/core/oracle/verdict/judge-program.ts';
import { generate, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { FLOAT32, oneSum, rowsOf, SUMS, single, ZOO } from './zoo.ts';

const f = Math.fround;
const exp = (x: number): number => Math.exp(x);
const noise = (n: number, salt: number): number => {
  const x = Math.sin(n * 12.9898 + salt * 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};
/** Rows of several kinds: ordinary, far from 0, of one value but for a trace, with an outlier inside or in front. */
const rows = (count: number, n: number): Tensor =>
  generate([count, n], (i) => {
    const [row, j] = [Math.floor(i / n), i % n];
    const x = noise(i, 1);
    const kinds = [x, 100 + x, 1 + 1e-4 * x, j === 2 ? 80 : x, -30 + 1e-3 * x, j === 0 ? 3 * (row + 1) : x];
    return f(kinds[row % kinds.length]);
  });
const N = 24;
const x = rows(36, N);
const [g, b] = [generate([N], (i) => f(1 + 0.2 * noise(i, 2))), generate([N], (i) => f(0.5 * noise(i, 3)))];

const shiftedVariance: Ops<Tensor> = single({
  own: () => ({
    layerNorm: (eps, t, gain, bias) =>
      rowsOf(t, (row) => {
        const y = row.map((v) => f(v - row[0]));
        const mean = f(SUMS.sequential(y) / y.length);
        const square = f(SUMS.sequential(y.map((v) => f(v * v))) / y.length);
        const rstd = f(1 / f(Math.sqrt(f(Math.max(0, f(square - f(mean * mean))) + f(eps)))));
        return y.map((v, j) => f(f(f(f(v - mean) * rstd) * gain.data[j]) + bias.data[j]));
      }),
  }),
});
const logSumExp: Ops<Tensor> = single({
  own: () => ({
    logSoftmax: (t) =>
      rowsOf(t, (row) => {
        const top = Math.max(...row);
        const total = f(top + f(Math.log(SUMS.sequential(row.map((v) => f(exp(f(v - top))))))));
        return row.map((v) => f(v - total));
      }),
  }),
});
const base2: Ops<Tensor> = single({
  own: () => ({
    softmax: (t) =>
      rowsOf(t, (row) => {
        const top = Math.max(...row);
        const e = row.map((v) => f(2 ** f(f(v - top) * f(Math.LOG2E))));
        return e.map((v) => f(v / SUMS.sequential(e)));
      }),
  }),
});

describe('an algorithm that loses more than the usual one', () => {
  it.each<readonly [Algorithm, Ops<Tensor>, (o: Ops<Tensor>, x: Tensor) => Tensor, Tensor]>([
    ['one-pass-variance', oneSum, (o, t) => o.layerNorm(1e-6, t, g, b), x],
    ['shifted-variance', shiftedVariance, (o, t) => o.layerNorm(1e-6, t, g, b), x],
    ['log-sum-exp', logSumExp, (o, t) => o.logSoftmax(t), generate([8, 3], (i) => f(1e4 * (1 + Math.floor(i / 3)) + noise(i, 4)))],
    ['exp2', base2, (o, t) => o.softmax(t), generate([4000, 2], (i) => f((i % 2 === 0 ? 30 : -40) + 8 * noise(i, 5)))],
  ])('%s is beyond the usual bound, and within its own where it is declared', (name, engine, run, t) => {
    const program = <T extends { readonly shape: readonly number[] }>(o: Ops<T>, inputs: { readonly t: T }) => ({
      y: (run as unknown as (o: Ops<T>, x: T) => T)(o, inputs.t),
    });
    const constants = name.endsWith('variance');
    // Gain and bias are constants of the program, which the interpreter of errors has to be given as its own.
    const of = constants
      ? (o: Ops<never>, { t: rowsGiven }: { readonly t: never }) => ({
          y: o.layerNorm(1e-6, rowsGiven, o.constant([N], g.data), o.constant([N], b.data)),
        })
      : (program as never);
    const got = { y: run(engine, t) };
    const judged = (arithmetic: Arithmetic) => judgeProgram(arithmetic, of as never, { t }, got);
    expect(judged(FLOAT32).failed).toBeGreaterThan(0);
    expect(judged({ ...FLOAT32, algorithms: [name] })).toMatchObject({ failed: 0, unproved: 0 });
    // A wrong one is not excused by it.
    const wrong = { y: generate(got.y.shape, (i) => got.y.data[i] * 1.5 + 0.01) };
    expect(judgeProgram({ ...FLOAT32, algorithms: [name] }, of as never, { t }, wrong).failed).toBeGreaterThan(0);
  });
});

/** Named operations in float32, their results stored in a format. */
const storedIn = (format: keyof typeof FORMATS, base: Ops<Tensor>): Ops<Tensor> => {
  const keep = (t: Tensor): Tensor => roundTensor(FORMATS[format], t);
  const own: Partial<Named<Tensor>> = {
    linear: (a, w, bias) => keep(base.linear(a, w, bias)),
    softmax: (a) => keep(base.softmax(a)),
    layerNorm: (eps, a, gain, bias) => keep(base.layerNorm(eps, a, gain, bias)),
    gelu: (a) => keep(base.gelu(a)),
  };
  const primitives: Ops<Tensor> = {
    ...base,
    add: (p, q) => keep(base.add(p, q)),
    scale: (c, a) => keep(base.scale(c, a)),
    matmul: (p, q) => keep(base.matmul(p, q)),
  };
  return complete(primitives, () => own);
};
const TF32: Ops<Tensor> = override(ZOO.sequential, {
  linear: (a, w, bias) => ZOO.sequential.linear(roundTensor(FORMATS.TF32, a), roundTensor(FORMATS.TF32, w), bias),
});
const bf16 = (t: Tensor): Tensor => roundTensor(FORMATS.BF16, t);
const w = generate([N, N], (i) => f(noise(i, 6) / 5));
const inputs = { x, w, b, g };
const half = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, bf16(t)])) as typeof inputs;
const PROGRAMS = {
  linear: (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.linear(t.x, t.w, t.b) }),
  softmax: (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.softmax(t.x) }),
  gelu: (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.gelu(t.x) }),
  layerNorm: (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.layerNorm(1e-6, t.x, t.g, t.b) }),
  feedForward: (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.linear(o.gelu(o.linear(t.x, t.w, t.b)), t.w, t.b) }),
  attention: (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.attention(0.2, t.x, t.x, t.x) }),
} as const;

describe('storage, products and sums each have their own roundoff', () => {
  const BF16: Arithmetic = { ...FLOAT32, storage: 2 ** -8 };
  it.each(Object.entries(PROGRAMS))('bfloat16 stored, float32 accumulated: %s', (_, program) => {
    const got = program(storedIn('BF16', ZOO.lanes) as never, half as never) as { readonly y: Tensor };
    const judged = judgeProgram(BF16, program as never, half, got);
    expect(judged).toMatchObject({ failed: 0, unproved: 0 });
    expect(judgeProgram(FLOAT32, program as never, half, got).failed).toBeGreaterThan(0);
  });
  it.each(['linear', 'feedForward'] as const)('TF32 products: %s', (name) => {
    const program = PROGRAMS[name];
    const got = program(TF32 as never, inputs as never) as { readonly y: Tensor };
    expect(judgeProgram({ ...FLOAT32, products: 2 ** -11 }, program as never, inputs, got)).toMatchObject({
      failed: 0,
      vague: 0,
      unproved: 0,
    });
    expect(judgeProgram(FLOAT32, program as never, inputs, got).failed).toBeGreaterThan(0);
  });
  it('products of factors that fit lose nothing', () => {
    const small = { x: tensor([1, 2], [3, 5]), w: tensor([1, 2], [7, 9]) };
    const program = (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.linear(t.x, t.w) });
    const error = (products: number): number => boundsOf({ ...FLOAT32, products }, program as never, small).y.error.data[0];
    expect(error(2 ** -11)).toBe(error(0));
    expect(error(2 ** -2)).toBeGreaterThan(10);
  });
  it('inputs that are stored already are charged to nobody', () => {
    const program = (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.reshape([N], o.slice(0, 1, 2, t.x)) });
    const of = (given: Tensor): number => Math.max(...boundsOf(BF16, program as never, { x: given }).y.error.data);
    expect(of(half.x)).toBe(0);
    expect(of(x)).toBeGreaterThan(0);
  });
});

describe('a bound as large as the numbers says so', () => {
  const PURE: Arithmetic = { ...FLOAT32, u: 2 ** -8 };
  it('where sums of bfloat16 are long', () => {
    const long = {
      x: generate([2, 768], (i) => bf16(tensor([], [noise(i, 7)])).data[0]),
      w: generate([3, 768], (i) => bf16(tensor([], [noise(i, 8)])).data[0]),
    };
    const program = (o: Ops<never>, t: Readonly<Record<string, never>>) => ({ y: o.linear(t.x, t.w) });
    const y = reference.linear(long.x, long.w);
    expect(judgeProgram(PURE, program as never, long, { y })).toMatchObject({ compared: 0, vague: 6, unproved: 0, failed: 0 });
    const nan = tensor(y.shape, Array(6).fill(Number.NaN));
    expect(judgeProgram(PURE, program as never, long, { y: nan })).toMatchObject({ failed: 6, failure: 'nan' });
  });
  it('and zeros are judged as zeros', () => {
    const program = (o: Ops<never>, t: Readonly<Record<string, never>>) => ({
      y: o.sumLast(o.mul(o.softmax(t.x), o.add(o.logSoftmax(t.x), o.scale(-1, o.logSoftmax(t.x))))),
    });
    expect(judgeProgram(FLOAT32, program as never, { x }, { y: generate([36], () => 0) })).toMatchObject({ vague: 0, failed: 0 });
  });
});
