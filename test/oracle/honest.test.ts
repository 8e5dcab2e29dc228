import { describe, expect, it } from 'vitest';
import { type Arithmetic, FLOAT32, FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { smoothed } from '../../src/core/loss/cross-entropy.ts';
import { resizePositions } from '../../src/core/model/deit/position-embedding.ts';
import type { CaseSpec } from '../../src/core/oracle/case/case-spec.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { judgeProgram } from '../../src/core/oracle/verdict/judge-program.ts';
import { generate, oneHot, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { checkKernel } from '../../src/oracle/check/check-kernel.ts';
import { caseOf } from '../../src/oracle/runner/case.ts';
import type { Kernel } from '../../src/oracle/runner/kernel.ts';
import { exactly, nearest, plus, type Rational, rational, times } from '../support/rational.ts';
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

  /** A position embedding by weights that are computed on the way, in PyTorch's manner, every step rounded by `r`. */
  const resampled =
    (r: (x: number) => number, fraction: boolean): Kernel<'pos_interp'> =>
    ({ pe }, { from, to, prefix, variant }) => {
      const keys = (a: number, x: number): number => {
        const t = Math.abs(x);
        if (t <= 1) return r(r(r(r(r(r(r(a + 2) * t) - r(a + 3)) * t) * t)) + 1);
        return t < 2 ? r(r(r(r(r(r(a * t) - r(5 * a)) * t) + r(8 * a)) * t) - r(4 * a)) : 0;
      };
      const row = (n: number, m: number, i: number): Float64Array => {
        const out = new Float64Array(n);
        const scale = r(n / m);
        if (variant === 'facebook') {
          const source = fraction ? r(((2 * i + 1) * n - m) / (2 * m)) : r(r(r(i + 0.5) * scale) - 0.5);
          const left = Math.floor(source);
          for (let tap = left - 1; tap <= left + 2; tap++)
            out[Math.min(Math.max(tap, 0), n - 1)] += keys(
              -0.75,
              fraction ? ((2 * i + 1) * n - m - 2 * m * tap) / (2 * m) : r(source - tap),
            );
          return out.map(r);
        }
        const stretch = Math.max(scale, 1);
        const centre = r(r(i + 0.5) * scale);
        const first = Math.max(Math.trunc(r(r(centre - r(2 * stretch)) + 0.5)), 0);
        const end = Math.min(Math.trunc(r(r(centre + r(2 * stretch)) + 0.5)), n);
        let total = 0;
        for (let x = first; x < end; x++) {
          out[x] = keys(-0.5, r(r(r(x - centre) + 0.5) * r(1 / stretch)));
          total = r(total + out[x]);
        }
        return out.map((w) => r(w / total));
      };
      const [[h, w], [h2, w2]] = [from, to];
      const d = pe.shape[2];
      const tall = Array.from({ length: h2 }, (_, i) => row(h, h2, i));
      const wide = Array.from({ length: w2 }, (_, i) => row(w, w2, i));
      const grid = generate([h2 * w2 * d], (at) => {
        const [k, column, i] = [at % d, Math.floor(at / d) % w2, Math.floor(at / (d * w2))];
        let sum = 0;
        for (let y = 0; y < h; y++) {
          let inner = 0;
          for (let x = 0; x < w; x++) inner = r(inner + r(wide[column][x] * pe.data[(prefix + y * w + x) * d + k]));
          sum = r(sum + r(tall[i][y] * inner));
        }
        return sum;
      });
      return { y: { shape: [1, prefix + h2 * w2, d], data: [...pe.data.slice(0, prefix * d), ...grid.data] } };
    };
  it.each<readonly [string, Arithmetic, (x: number) => number, boolean]>([
    ['float64, the coordinate a product', FLOAT64, (x) => x, false],
    ['float64, the coordinate a fraction', FLOAT64, (x) => x, true],
    ['float32, the coordinate a product', FLOAT32, f, false],
    ['float32, the coordinate a fraction', FLOAT32, f, true],
  ])('a position embedding whose weights are computed on the way, in %s', async (_, arithmetic, r, fraction) => {
    for (const seed of [1, 3]) {
      const report = await checkKernel('pos_interp', resampled(r, fraction), { arithmetic, cases: 12, seed });
      expect([report.failed, report.unproved, (report.worst?.ratio ?? 2) < 1]).toEqual([0, 0, true]);
    }
  });
  it('and one that is bilinear, or has other parameters, still fails', async () => {
    for (const a of [-0.5, -1]) {
      const wrong: Kernel<'pos_interp'> = ({ pe }, attributes) => {
        const other = attributes.variant === 'facebook' ? 'timm-antialias' : 'facebook';
        return {
          y: resizePositions(reference)(
            { ...attributes, variant: a === -1 ? attributes.variant : other },
            a === -1 ? reference.scale(1.0001, pe) : pe,
          ),
        };
      };
      expect((await checkKernel('pos_interp', wrong, { arithmetic: FLOAT32 })).verdict).toBe('fail');
    }
  });

  it('exact arithmetic, rounded once to float64, and the reference is within its own rounding of it', () => {
    const keys = (a: Rational, x: Rational): Rational => {
      const t = x.above < 0n ? times(rational(-1n), x) : x;
      const polynomial = (...terms: readonly Rational[]): Rational => terms.reduce((sum, term) => plus(times(sum, t), term), rational(0n));
      const of = (n: bigint, more = 0n): Rational => plus(times(a, rational(n)), rational(more));
      if (t.above < t.below) return polynomial(of(1n, 2n), of(-1n, -3n), rational(0n), rational(1n));
      return t.above < 2n * t.below ? polynomial(of(1n), of(-5n), of(8n), of(-4n)) : rational(0n);
    };
    const row = (from: number, to: number, i: number): readonly Rational[] => {
      const out: Rational[] = Array.from({ length: from }, () => rational(0n));
      const [above, below] = [(2 * i + 1) * from - to, 2 * to];
      const left = Math.floor(above / below);
      for (let tap = left - 1; tap <= left + 2; tap++) {
        const j = Math.min(Math.max(tap, 0), from - 1);
        out[j] = plus(out[j], keys(rational(-3n, 4n), rational(BigInt(above - tap * below), BigInt(below))));
      }
      return out;
    };
    const attrs = { from: [4, 3], to: [5, 7], prefix: 2, variant: 'facebook' } as const;
    for (const seed of [1003, 3]) {
      const spec: CaseSpec = { op: 'pos_interp', family: 'small-variance', scale: 1, offset: 0, seed, dims: { D: 6 }, attrs };
      const { given, task } = right(caseOf(spec));
      const truth = generate([1, 37, 6], (at) => {
        const [token, k] = [Math.floor(at / 6), at % 6];
        if (token < 2) return given.pe.data[at];
        const [tall, wide] = [row(4, 5, Math.floor((token - 2) / 7)), row(3, 7, (token - 2) % 7)];
        const terms = tall.flatMap((a, y) => wide.map((b, x) => times(times(a, b), exactly(given.pe.data[(2 + y * 3 + x) * 6 + k]))));
        return nearest(terms.reduce(plus));
      });
      for (const arithmetic of [FLOAT64, { ...FLOAT64, u: 0, elementary: () => 0, tiny: 0 }])
        expect(judgeProgram(arithmetic, programOf(task), task.inputs, { y: truth })).toMatchObject({ failed: 0, unproved: 0 });
    }
  });
});
