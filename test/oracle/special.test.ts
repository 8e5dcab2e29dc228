import { describe, expect, it } from 'vitest';
import { FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';
import { CHECKED } from '../../src/oracle/check/check.ts';
import { checkKernel } from '../../src/oracle/check/check-kernel.ts';
import type { Kernel } from '../../src/oracle/runner/kernel.ts';
import { right } from '../support/right.ts';

const whole =
  (op: string, change: (y: Tensor, inputs: Tensors) => Tensor = (y) => y): Kernel =>
  (inputs, attributes) => {
    const task = right(taskOf(op, attributes, inputs));
    const outputs = programOf(task)(rounded(reference, 'F32'), task.inputs);
    return Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, change(y, inputs)]));
  };
const hasNaN = (inputs: Tensors): boolean => Object.values(inputs).some(({ data }) => Array.from(data).some(Number.isNaN));
const options = { arithmetic: FLOAT32, cases: 2 };

describe('NaN among the inputs', () => {
  it.each(CHECKED)('%s in float32 lets it out where it must', async (op) => {
    expect(await checkKernel(op, whole(op), options)).toMatchObject({ failed: 0 });
  });

  it('is given to everyone but a resampling, which others make of fewer products', async () => {
    for (const op of CHECKED) {
      let seen = false;
      await checkKernel(op, whole(op, (y, inputs) => { seen ||= hasNaN(inputs); return y; }), options); // biome-ignore format: a pair
      expect([op, seen]).toEqual([op, !op.startsWith('pos_interp')]);
    }
  });

  it.each<readonly [string, 'softmax' | 'gelu' | 'mhsa', (y: Tensor) => Tensor, RegExp]>([
    ['swallowed', 'gelu', (y) => generate(y.shape, (i) => (Number.isNaN(y.data[i]) ? 0 : y.data[i])), /^NaN among the inputs: y\[.+\] is 0 and must be NaN$/],
    ['that leaks across the batch', 'mhsa', (y) => (Array.from(y.data).some(Number.isNaN) ? generate(y.shape, () => Number.NaN) : y), /^NaN among the inputs: y\[1, 0, 0\] is NaN and must be a number such as /],
    ['that becomes infinite where a number must be', 'softmax', (y) => (Array.from(y.data).some(Number.isNaN) ? generate(y.shape, () => Number.POSITIVE_INFINITY) : y), / is Infinity and must be a number such as /],
  ])('%s fails', async (_, op, change, sentence) => {
    const report = await checkKernel(op, whole(op, change) as never, options);
    expect([report.verdict, report.failure]).toEqual(['fail', 'nan']);
    expect(report.problem).toMatch(sentence);
  }); // biome-ignore format: one kernel a line

  it('is not given to who says that there is none', async () => {
    let seen = false;
    const kernel = whole('gelu', (y, inputs) => {
      seen ||= hasNaN(inputs);
      return y;
    });
    await checkKernel('gelu', kernel as never, { arithmetic: { ...FLOAT64, u: FLOAT32.u, propagatesNaN: false } });
    expect(seen).toBe(false);
  });
});
