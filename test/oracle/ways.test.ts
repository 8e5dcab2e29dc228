import { describe, expect, it } from 'vitest';
import { type Arithmetic, FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { FORMATS, type FormatName, roundTensor } from '../../src/core/interpret/rounded.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { override } from '../../src/core/language/override.ts';
import { likelyWay } from '../../src/core/oracle/mistake/ways.ts';
import { taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { layerwise } from '../../src/core/oracle/verdict/layerwise.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { checkOperation } from '../../src/oracle/check/check.ts';
import { failureLines } from '../../src/oracle/report/text.ts';
import { right } from '../support/right.ts';
import { oneSum, single, ZOO } from './zoo.ts';

const base = ZOO.sequential;
const judged = (ops: Ops<Tensor>, op: string, arithmetic: Arithmetic = FLOAT32) =>
  checkOperation({ engine: tensorEngine({ name: 'somebody', arithmetic, ops, describe: 'a test' }), cases: 12, seed: 1 }, op);

const factors = (format: FormatName): Ops<Tensor> =>
  override(base, { linear: (x, w, b) => base.linear(roundTensor(FORMATS[format], x), roundTensor(FORMATS[format], w), b) });
const results = (format: FormatName): Ops<Tensor> =>
  override(base, {
    linear: (x, w, b) => roundTensor(FORMATS[format], base.linear(x, w, b)),
    softmax: (x) => roundTensor(FORMATS[format], base.softmax(x)),
  });
const accumulated = (format: FormatName): Ops<Tensor> => {
  const round = (x: number): number => roundTensor(FORMATS[format], { shape: [], data: Float64Array.of(x) } as Tensor).data[0];
  const ops = single({ sum: (terms) => terms.reduce((s, t) => round(s + t), 0) });
  // The bias joins the accumulator.
  return override(base, { linear: (x, w, b) => roundTensor(FORMATS[format], ops.linear(x, w, b)) });
};
const rough = override(base, {
  gelu: (x) => {
    const y = base.gelu(x);
    return {
      ...y,
      data: Float64Array.from(y.data, (v, i) => Math.fround(v + (i % 2 === 0 ? 8 : -8) * 2 ** -24 * Math.abs(x.data[i] / 2))),
    } as Tensor;
  },
});

describe('an honest way to compute that was not declared is named, with what to declare', () => {
  it.each<readonly [name: string, op: string, ops: Ops<Tensor>, arithmetic?: Arithmetic]>([
    ['one-pass-variance', 'layernorm', oneSum],
    ['rough-functions', 'gelu', rough],
    ['float32', 'gelu', base, FLOAT64],
    ['float32', 'linear', base, FLOAT64],
    ['tf32-products', 'linear', factors('TF32')],
    ['bf16-products', 'linear', factors('BF16')],
    ['f16-storage', 'softmax', results('F16')],
    ['bf16-storage', 'softmax', results('BF16')],
    ['bf16-storage', 'linear', results('BF16')],
    ['f16-sums', 'linear', accumulated('F16')],
    ['bf16-sums', 'linear', accumulated('BF16')],
  ])('%s of %s', async (name, op, ops, arithmetic) => {
    const report = await judged(ops as Ops<Tensor>, op as string, arithmetic as Arithmetic | undefined);
    expect([report.verdict, report.matches, report.looksLike]).toEqual(['fail', [], name]);
    expect(failureLines(report)[0]).toMatch(
      new RegExp(`^${op}: FAIL(?: \\(nan\\))?, looks like ${name} \\(.+\\); if it is meant, declare \\w+: `),
    );
  });
  it('flush-to-zero of gelu', () => {
    const given = { x: tensor([3], [3 * 2 ** -130, -5 * 2 ** -131, 1]) };
    const task = right(taskOf('gelu', {}, given));
    const y = reference.gelu(given.x);
    const got = { y: tensor([3], [0, 0, Math.fround(y.data[2])]) };
    const steps = layerwise(FLOAT32, programOf(task), task.inputs, got);
    expect(steps[0].comparison.failed).toBe(2);
    expect(likelyWay(FLOAT32, [{ op: 'gelu', attrs: {}, given, task, got, steps }])?.declare).toBe('tiny: 2 ** -126');
    expect(layerwise({ ...FLOAT32, tiny: 2 ** -126 }, programOf(task), task.inputs, got)[0].comparison.failed).toBe(0);
  });
});
