import { describe, expect, it } from 'vitest';
import { FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { smoothed } from '../../src/core/loss/cross-entropy.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { generate, oneHot, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { checkKernel } from '../../src/oracle/check/check-kernel.ts';
import { caseOf } from '../../src/oracle/runner/case.ts';
import { right } from '../support/right.ts';

const f = Math.fround;
describe('what everyone writes passes', () => {
  it('targets are drawn that sum to exactly 1, none of them 0, all of them numbers of float32', () => {
    const drawn = casesOf('cross_entropy', 24, 1).flatMap((spec) => {
      const { target } = right(caseOf(spec)).given;
      return target === undefined ? [] : [target];
    });
    expect(drawn.length).toBeGreaterThan(3);
    for (const { shape, data } of drawn) {
      const sums = Array.from({ length: shape[0] }, (_, b) => data.slice(b * shape[1], (b + 1) * shape[1]).reduce((s, t) => s + t, 0));
      expect(new Set(sums)).toEqual(new Set([1]));
      expect(Array.from(data).every((t) => t > 0 && f(t) === t)).toBe(true);
    }
  });

  it('the gradient of a cross-entropy as (softmax(z) − t)/B, in float64', async () => {
    const report = await checkKernel(
      'cross_entropy.vjp',
      ({ z, target, labels }, { smoothing, variant }) => {
        const [b, c] = z.shape;
        const p = reference.softmax(z);
        const t = target ?? smoothed(smoothing, variant, oneHot(c, (labels as Tensor).data));
        const dz = generate(z.shape, (i) => (p.data[i] - t.data[i]) / b);
        return target === undefined ? { dz } : { dz, dtarget: reference.scale(-1 / b, reference.logSoftmax(z)) };
      },
      { arithmetic: FLOAT64, cases: 24 },
    );
    expect([report.verdict, report.failed]).toEqual(['pass', 0]);
  });

  it('LayerNorm as x·α + (b − μ·α), in float32, where rows are tiny and biases are not', async () => {
    const folded = (eps: number, x: Tensor, g: Tensor, b: Tensor): Tensor => {
      const d = g.shape[0];
      const out = new Float64Array(x.data.length);
      for (let row = 0; row < out.length; row += d) {
        let sum = 0;
        for (let j = 0; j < d; j++) sum = f(sum + x.data[row + j]);
        const mean = f(sum / d);
        let squares = 0;
        for (let j = 0; j < d; j++) squares = f(squares + f(f(x.data[row + j] - mean) ** 2));
        const rstd = f(1 / f(Math.sqrt(f(f(squares / d) + f(eps)))));
        for (let j = 0; j < d; j++) {
          const alpha = f(g.data[j] * rstd);
          out[row + j] = f(f(x.data[row + j] * alpha) + f(b.data[j] - f(mean * alpha)));
        }
      }
      return tensor(x.shape, out);
    };
    for (const seed of [1, 2, 3]) {
      const report = await checkKernel('layernorm', ({ x, g, b }, { eps }) => ({ y: folded(eps, x, g, b) }), {
        arithmetic: FLOAT32,
        cases: 4,
        seed,
      });
      expect([report.failed, report.worst?.ratio !== undefined && report.worst.ratio < 1]).toEqual([0, true]);
    }
  });
});
