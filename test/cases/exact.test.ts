import { describe, expect, it } from 'vitest';
import { type Arithmetic, FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { bounded, exact } from '../../src/core/oracle/bound/interpreter.ts';
import { casesOf, defaultCount } from '../../src/core/oracle/case/cases.ts';
import { exactIn } from '../../src/core/oracle/case/exact.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { judgeCase } from '../../src/core/oracle/verdict/judge-case.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import { generate, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { CHECKED } from '../../src/oracle/check/check.ts';
import { judgingOf } from '../../src/oracle/check/judging.ts';
import { caseOf } from '../../src/oracle/runner/case.ts';
import { ZOO } from '../oracle/zoo.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';
import { bits } from './kernels.ts';

const BFLOAT16: Arithmetic = { ...FLOAT32, u: 2 ** -8 };
const FLOAT16: Arithmetic = { ...FLOAT32, u: 2 ** -11, largest: 65504 };
const CASES = CHECKED.flatMap((op) => casesOf(op, defaultCount(op), 1)).filter(({ exact: held }) => held !== undefined);
const named = CASES.map((spec) => [`${spec.op} of ${spec.exact} bits, ${JSON.stringify(spec.dims)}`, spec] as const);

describe('exact cases', () => {
  it('are of linear layers, patches and positions that stay, and of their gradients', () => {
    expect(new Set(CASES.map(({ op }) => op.replace('.vjp', '')))).toEqual(new Set(['linear', 'patch_embed', 'pos_interp']));
    expect(CASES.filter(({ op }) => op.endsWith('.vjp')).length).toBe(CASES.length / 2);
  });

  it.each(named)('%s: no order of summation can exceed what the format holds', (_, spec) => {
    const { task } = right(caseOf(spec, FLOAT64));
    // The largest sum that any part of the terms can have: that of all magnitudes.
    const largest = mapRecord((t: Tensor) => generate(t.shape, (i) => Math.abs(t.data[i])), task.inputs);
    const most = programOf(task)(reference, spec.op.startsWith('pos') ? task.inputs : largest);
    for (const { data } of Object.values(most)) for (const x of data) expect(Math.abs(x)).toBeLessThanOrEqual(2 ** (spec.exact as number));
    for (const { data } of Object.values(task.inputs))
      for (const x of data) expect([x, bits(spec.exact as number)(x)]).toEqual([Math.round(x), x]);
  });

  it.each(named)('%s: every honest order gives the same bits, and one bit less is a failure', (_, spec) => {
    const { task } = right(caseOf(spec));
    const program = programOf(task);
    const judge = (arithmetic: Arithmetic, got: Readonly<Record<string, Tensor>>) =>
      judgeCase(arithmetic, program, task.inputs, got, judgingOf(spec, arithmetic)).comparison;
    for (const o of Object.values(ZOO)) expect(judge(FLOAT32, program(o, task.inputs))).toMatchObject({ failed: 0, unproved: 0, vague: 0 });
    const want = program(reference, task.inputs);
    const [name] = Object.keys(want);
    const off = (by: number) => ({ ...want, [name]: generate(want[name].shape, (i) => want[name].data[i] + (i === 1 ? by : 0)) });
    expect(judge(FLOAT64, off(2 ** -20))).toMatchObject({ failed: 1 });
    expect(judge(FLOAT32, off(1))).toMatchObject({ failed: 1 });
    if (spec.exact === 8) expect(judge(BFLOAT16, off(1))).toMatchObject({ failed: 1 });
  });

  it('say in which arithmetic they are exact: storage and factors count, and a changed number ends it', () => {
    const [eight, wide] = [8, 24].map((held) => CASES.find((spec) => spec.exact === held) ?? CASES[0]);
    expect([BFLOAT16, FLOAT16, FLOAT32, FLOAT64].map((arithmetic) => exactIn(eight, arithmetic))).toEqual([true, true, true, true]);
    expect([BFLOAT16, FLOAT16, FLOAT32, FLOAT64].map((arithmetic) => exactIn(wide, arithmetic))).toEqual([false, false, true, true]);
    expect(exactIn(wide, { ...FLOAT32, products: 2 ** -11 })).toBe(false);
    expect(exactIn(wide, { ...FLOAT32, storage: 2 ** -8 })).toBe(false);
    expect(exactIn({ ...eight, nudge: 0.5 }, FLOAT32)).toBe(false);
    expect(exactIn(casesOf('gelu', 1, 1)[0], FLOAT32)).toBe(false);
  });

  it('of float32 show factors of 11 and of 8 bits, products and sums of 20', () => {
    for (const spec of notEmpty(CASES.filter(({ op, exact: held }) => op === 'linear' && held === 24))) {
      const { given } = right(caseOf(spec));
      const cut = (n: number) => Object.values(given).some(({ data }) => Array.from(data).some((x) => bits(n)(x) !== x));
      expect(cut(8)).toBe(true);
    }
  });
});

describe('bounds of whole numbers', () => {
  const whole = (shape: readonly number[], most: number) => exact(generate(shape, (i) => ((7 * i) % (2 * most + 1)) - most));
  const errors = (arithmetic: Arithmetic, most: number): number => {
    const o = bounded(arithmetic, reference);
    const [x, w, b] = [whole([3, 9], most), whole([4, 9], most), whole([4], most)];
    const all = [o.linear(x, w, b), o.matmul(x, o.permute([1, 0], w)), o.sumLeading([9], x), o.sumLast(x), o.add(x, x), o.mul(x, x)];
    return Math.max(...all.flatMap(({ error }) => Array.from(error.data)));
  };
  it('are 0 where the format holds all sums, and not beyond', () => {
    expect([errors(BFLOAT16, 4), errors(FLOAT16, 14), errors(FLOAT32, 1300)]).toEqual([0, 0, 0]);
    for (const [arithmetic, most] of [[BFLOAT16, 20], [FLOAT16, 50], [FLOAT32, 8000]] as const) expect(errors(arithmetic, most)).toBeGreaterThan(0); // biome-ignore format: one line
  });
  it('are not where numbers are not whole, not exact, rounded before a product or after it, or where they may overflow', () => {
    const o = bounded(FLOAT32, reference);
    const [x, w] = [whole([2, 3], 4), whole([5, 3], 4)];
    const error = (of: ReturnType<typeof o.linear>): number => Math.max(...of.error.data);
    expect(error(o.linear(exact(tensor([2, 3], [0.5, 1, 2, 3, 4, 5])), w))).toBeGreaterThan(0);
    expect(error(o.linear({ ...x, error: generate(x.shape, () => 1e-9) }, w))).toBeGreaterThan(0);
    const wide = [whole([2, 3], 1000), whole([5, 3], 1000)] as const;
    expect(error(o.linear(...wide))).toBe(0);
    expect(error(bounded({ ...FLOAT32, products: 2 ** -8 }, reference).linear(...wide))).toBeGreaterThan(0);
    expect(error(bounded({ ...FLOAT32, storage: 2 ** -8 }, reference).linear(...wide))).toBeGreaterThan(0);
    expect(error(bounded({ ...FLOAT32, largest: 65504 }, reference).linear(...wide))).toBe(Number.POSITIVE_INFINITY);
  });
});
