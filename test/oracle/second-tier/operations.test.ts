import { describe, expect, it } from 'vitest';
import { FLOAT32 } from '../../../src/core/engine/arithmetic.ts';
import { reference } from '../../../src/core/interpret/reference.ts';
import type { Program } from '../../../src/core/language/ops.ts';
import { casesOf } from '../../../src/core/oracle/case/cases.ts';
import { bell } from '../../../src/core/oracle/case/noise.ts';
import { programOf, type Task } from '../../../src/core/oracle/request/task.ts';
import { inflation, sigmaOf } from '../../../src/core/oracle/sigma/sigma-of.ts';
import { judgeOutputs } from '../../../src/core/oracle/verdict/compare.ts';
import { boundsOf } from '../../../src/core/oracle/verdict/judge-program.ts';
import { judgeBoth } from '../../../src/core/oracle/verdict/second-tier.ts';
import { bothStatistics, judgeStatistically, LAMBDA, type Statistics } from '../../../src/core/oracle/verdict/statistics.ts';
import { generate, type Tensor, tensor } from '../../../src/core/tensor/tensor.ts';
import { CHECKED } from '../../../src/oracle/check/check.ts';
import { caseOf } from '../../../src/oracle/runner/case.ts';
import { expectSection } from '../../support/document.ts';
import { right } from '../../support/right.ts';
import { SUMS, ZOO } from '../zoo.ts';
import { emulated, ORDERS } from './emulated.ts';

/** Sizes that emulated arithmetic can bear. */
const MOST = 24_000;
const isSmall = ({ inputs }: Task): boolean => Object.values(inputs).reduce((sum, { data }) => sum + data.length, 0) <= MOST;
const isLarge = (op: string): boolean => /^(block|mhsa|patch_embed|forward|loss_gradient)/.test(op);

/** The furthest that any honest implementation goes, over cases of an operation. */
const furthest = (op: string): Statistics => {
  let all: Statistics = { compared: 0, beyond: 0, failed: 0, alone: 0 };
  for (const { task } of casesOf(op, isLarge(op) ? 4 : 20, 3).map((spec) => right(caseOf(spec)))) {
    if (!isSmall(task)) continue;
    const program = programOf(task);
    const likely = sigmaOf(FLOAT32, program, task.inputs);
    for (const o of Object.values(ZOO)) all = bothStatistics(all, judgeStatistically(program(o, task.inputs), likely));
  }
  return all;
};
const rows = CHECKED.map((op) => ({ op, ...furthest(op) }));

describe('no honest implementation goes far', () => {
  it.each(rows)('$op: not half of λσ', ({ worst, failed, beyond }) => {
    expect({ failed, beyond }).toEqual({ failed: 0, beyond: 0 });
    expect(worst?.z).toBeLessThan(LAMBDA / 2);
  });
  it('and how far is in docs/second-tier.md', () => {
    const line = ({ op, compared, worst }: (typeof rows)[number]): string => `| \`${op}\` | ${worst?.z.toFixed(1)} | ${compared} |`;
    expectSection(
      'docs/second-tier.md',
      'operations',
      ['| operation | largest z | numbers |\n| --- | --- | --- |', ...rows.map(line)].join('\n'),
    );
  });
});

describe('products of 768 terms', () => {
  const drawn = (name: string, shape: readonly number[]): Tensor => {
    const x = bell(name, 1, shape);
    return generate(shape, (i) => Math.fround(x[i]));
  };
  const inputs = { x: drawn('x', [6, 768]), w: drawn('w', [8, 768]), b: drawn('b', [8]) };
  const dense: Program<'x' | 'w' | 'b', 'y'> = (o, { x, w, b }) => ({ y: o.linear(x, w, b) });
  const judged = (got: { readonly y: Tensor }, arithmetic = FLOAT32, explained?: string) => {
    const bounds = boundsOf(arithmetic, dense, inputs);
    return judgeBoth(judgeOutputs(got, bounds), judgeStatistically(got, sigmaOf(arithmetic, dense, inputs), bounds), explained);
  };
  const tf32 = dense(emulated({ order: ORDERS.forwards, products: 'TF32' }), inputs);

  it('the proved bound cannot tell TF32 from float32', () => {
    expect(judgeOutputs(tf32, boundsOf(FLOAT32, dense, inputs)).failed).toBe(0);
  });
  it('the second tier can: it is suspect, unless it was declared', () => {
    expect(judged(tf32).verdict).toBe('suspect');
    expect(judged(tf32).says).toMatch(/^within what is proved, but beyond 8σ \(y\(\d, \d\) is /);
    expect(judged(tf32, FLOAT32, 'TF32 products')).toEqual({ verdict: 'acceptable', says: 'acceptable (TF32 products)' });
  });
  it.each(Object.keys(SUMS))('and it knows float32 summed %s', (name) => {
    expect(judged(dense(ZOO[name], inputs))).toEqual({ verdict: 'pass', says: '' });
  });
});

describe('σ', () => {
  it('is a formula where one operation alone has rounded: no chance in it', () => {
    const inputs = {
      x: tensor([1, 2], [0.3, 7]),
      w: tensor(
        [3, 2],
        [1, 2, 3, 4, 5, 6].map((v) => v / 7),
      ),
    };
    const fit = { x: generate([1, 2], (i) => Math.fround(inputs.x.data[i])), w: generate([3, 2], (i) => Math.fround(inputs.w.data[i])) };
    const program: Program<'x' | 'w', 'y'> = (o, { x, w }) => ({ y: o.reshape([3], o.linear(x, w)) });
    const [a, b] = [1, 2].map((seed) => sigmaOf(FLOAT32, program, fit, { seed }).y.sigma.data);
    expect(a).toEqual(b);
    const [x, w, u] = [fit.x.data, fit.w.data, FLOAT32.u];
    for (let n = 0; n < 3; n++) {
      const [p, q] = [x[0] * w[2 * n], x[1] * w[2 * n + 1]];
      const y = p + q;
      const square = (u * u * (2 * (p * p + q * q) + (2 / 3) * y * y)) / 3 + (u * u * y * y) / 3;
      expect(a[n]).toBeCloseTo(Math.sqrt(square), 14);
    }
  });
  it('is inflated by the 1 % quantile of χ²: 1.4 for 32 samples, 1.7 for 16 (tables: 16.362 and 5.812)', () => {
    expect(inflation(32)).toBeCloseTo(Math.sqrt(32 / 16.362), 2);
    expect(inflation(16)).toBeCloseTo(Math.sqrt(16 / 5.812), 1);
    expect(inflation(100_000)).toBeCloseTo(1, 1);
  });
  it('is not fooled by an element that happens to have erred little: no less than half of its row', () => {
    const x = generate([1, 400], (i) => Math.fround(Math.sin(i)));
    const { sigma } = sigmaOf(
      FLOAT32,
      (o, { x }) => ({ y: o.scale(0.5, o.sub(o.softmax(x), o.softmax(o.scale(0.3, x)))) }),
      { x },
      { samples: 4 },
    ).y;
    const mean = Math.sqrt(sigma.data.slice().reduce((sum, s) => sum + s * s, 0) / 400);
    expect(Math.min(...sigma.data)).toBeGreaterThan(mean / 9);
  });
  it('needs four samples', () => {
    expect(() => sigmaOf(FLOAT32, (o, { x }) => ({ y: o.softmax(x) }), { x: tensor([1], [1]) }, { samples: 3 })).toThrow(
      'sigmaOf: at least 4 samples are needed, got 3',
    );
  });
  it('counts the errors of the reference itself, which are as large as those of float64', () => {
    const x = tensor([1, 3], [0.1, 0.2, 0.3]);
    const program: Program<'x', 'y'> = (o, { x }) => ({ y: o.sumLast(x) });
    const own = sigmaOf({ u: 0, elementary: () => 0, tiny: 0 }, program, { x }).y.sigma.data[0];
    expect(own).toBeGreaterThan(1e-17);
    expect(own).toBeLessThan(2e-16);
    expect(program(reference, { x }).y.data[0]).toBeCloseTo(0.6, 15);
  });
});
