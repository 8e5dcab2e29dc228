import { describe, expect, it } from 'vitest';
import { type Arithmetic, FLOAT32, FLOAT64 } from '../../../src/core/engine/arithmetic.ts';
import type { CheckedName } from '../../../src/core/oracle/request/operation-types.ts';
import { generate, type Tensor } from '../../../src/core/tensor/tensor.ts';
import { checkKernel } from '../../../src/oracle/check/check-kernel.ts';
import type { Kernel } from '../../../src/oracle/runner/kernel.ts';
import { argmax, attention, dense, erf, type Form, gelu, logSoftmax, model, patches, softmax } from './by-hand.ts';

type Rows = (row: readonly number[]) => readonly number[];
const like = (t: Tensor, data: readonly number[] | Float64Array): Tensor => generate(t.shape, (i) => data[i]);
const scalar = (y: number): { y: Tensor } => ({ y: generate([], () => y) });
const byRows = (x: Tensor, f: Rows): Tensor => {
  const n = x.shape[x.shape.length - 1];
  const out: number[] = [];
  for (let i = 0; i < x.data.length; i += n) out.push(...f(Array.from(x.data.slice(i, i + n))));
  return like(x, out);
};
const rowsOf = (x: Tensor): readonly (readonly number[])[] =>
  Array.from({ length: x.shape[0] }, (_, i) => Array.from(x.data.slice(i * x.shape[1], (i + 1) * x.shape[1])));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

const layerNorm =
  (deviation: (variance: number, eps: number, n: number) => number): Kernel<'layernorm'> =>
  ({ x, g, b }, { eps }) => ({
    y: byRows(x, (row) => {
      const m = mean(row);
      const s = deviation(mean(row.map((v) => (v - m) ** 2)), eps, row.length);
      return row.map((v, j) => ((v - m) / s) * g.data[j] + b.data[j]);
    }),
  });
const mhsa =
  (form: Parameters<typeof attention>[2]): Kernel<'mhsa'> =>
  ({ x, qkv_w, qkv_b, proj_w, proj_b }, { heads }) => ({
    y: dense(attention(dense(x, qkv_w, qkv_b), heads, form), proj_w, proj_b),
  });
const oneHotOf = (labels: Tensor, on: number, off: number, c: number): readonly number[][] =>
  Array.from(labels.data, (label) => Array.from({ length: c }, (_, j) => (j === label ? on : off)));
const crossEntropyOf = (z: Tensor, t: readonly (readonly number[])[]): number =>
  -mean(rowsOf(z).map((row, i) => sum(logSoftmax(row).map((l, j) => t[i][j] * l))));
/** Rows of a target, as given or from smoothed labels. */
const targetOf = ({ labels, target }: { labels?: Tensor; target?: Tensor }, c: number, on: number, off: number) =>
  target === undefined ? oneHotOf(labels as Tensor, on, off, c) : rowsOf(target);
const klOf = (teacher: Tensor, student: Tensor, tau: number): number =>
  sum(
    rowsOf(teacher).map((row, i) => {
      const [p, q] = [logSoftmax(row.map((v) => v / tau)), logSoftmax(rowsOf(student)[i].map((v) => v / tau))];
      return sum(p.map((l, j) => Math.exp(l) * (l - q[j])));
    }),
  );

type SoftForm = (tau: number, lambda: number) => readonly [labels: number, teacher: number];
const soft =
  (weights: SoftForm): Kernel<'soft_distill'> =>
  ({ z, z_cls, z_dist, z_teacher, ...truth }, { tau, lambda, variant, smoothing }) => {
    const [cls, dist] = [(z_cls ?? z) as Tensor, (z_dist ?? z) as Tensor];
    const [b, c] = cls.shape;
    const ce = crossEntropyOf(cls, targetOf(truth, c, 1 - smoothing + smoothing / c, smoothing / c));
    const kl = variant === 'paper-literal' ? klOf(dist, z_teacher, tau) : klOf(z_teacher, dist, tau);
    const [first, second] = weights(tau, lambda);
    return scalar(first * ce + (second * kl) / (variant === 'facebook' ? b * c : b));
  };

/** A position embedding resampled by one row of weights for each output. */
const resampled =
  (row: (i: number, from: number, to: number) => readonly number[]): Kernel<'pos_interp'> =>
  ({ pe }, { from: [h, w], to: [h2, w2], prefix }) => {
    const d = pe.shape[2];
    return {
      y: generate([1, prefix + h2 * w2, d], (at) => {
        const [token, k] = [Math.floor(at / d), at % d];
        if (token < prefix) return pe.data[at];
        const [tall, wide] = [row(Math.floor((token - prefix) / w2), h, h2), row((token - prefix) % w2, w, w2)];
        return sum(tall.flatMap((a, y) => wide.map((b, x) => a * b * pe.data[(prefix + y * w + x) * d + k])));
      }),
    };
  };
const keys = (x: number, a: number): number => {
  const t = Math.abs(x);
  return t <= 1 ? (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1 : t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
};
const clamped = (source: number, from: number, kernel: (x: number) => number): readonly number[] => {
  const out = Array.from({ length: from }, () => 0);
  for (let tap = Math.floor(source) - 1; tap <= Math.floor(source) + 2; tap++)
    out[Math.min(Math.max(tap, 0), from - 1)] += kernel(source - tap);
  return out;
};
/** Only of the variant of facebookresearch: whoever has one variant is right about nothing of the other. */
const ofFacebook =
  (wrong: Kernel<'pos_interp'>): Kernel<'pos_interp'> =>
  (inputs, attributes) => {
    if (attributes.variant === 'facebook') return wrong(inputs, attributes);
    return resampled((i, from, to) => {
      const [stretch, centre] = [Math.max(from / to, 1), ((2 * i + 1) * from) / (2 * to)];
      const w = Array.from({ length: from }, (_, j) => keys((j + 0.5 - centre) / stretch, -0.5));
      return w.map((v) => v / sum(w));
    })(inputs, attributes);
  };

const deit =
  (form: Form): Kernel<'forward'> =>
  (inputs, attributes) =>
    model(inputs, attributes, form);

const by = <N extends CheckedName>(name: string, op: N, kernel: Kernel<NoInfer<N>>, arithmetic: Arithmetic = FLOAT64) =>
  [name, op as CheckedName, kernel as unknown as Kernel, arithmetic] as const;

const KERNELS = [
  by('layernorm-unbiased-variance', 'layernorm', layerNorm((v, eps, n) => Math.sqrt((v * n) / (n - 1) + eps))),
  by('layernorm-eps-outside-root', 'layernorm', layerNorm((v, eps) => Math.sqrt(v) + eps)),
  by('layernorm-eps-1e-5', 'layernorm', layerNorm((v) => Math.sqrt(v + 1e-5))),
  by('layernorm-no-root', 'layernorm', layerNorm((v, eps) => v + eps)),
  by('tanh-gelu', 'gelu', ({ x }: { x: Tensor }) => ({ y: like(x, Array.from(x.data, (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))))) })),
  by('quick-gelu', 'gelu', ({ x }: { x: Tensor }) => ({ y: like(x, Array.from(x.data, (v) => v / (1 + Math.exp(-1.702 * v)))) })),
  by('gelu-argument-not-scaled', 'gelu', ({ x }: { x: Tensor }) => ({ y: like(x, Array.from(x.data, (v) => 0.5 * v * (1 + erf(v)))) })),
  by('causal-mask', 'mhsa', mhsa({ score: (s, q, k) => (k > q ? -Infinity : s) })),
  by('swapped-keys-and-values', 'mhsa', mhsa({ order: [0, 2, 1] })),
  by('qkv-packed-by-head', 'mhsa', mhsa({ channel: (part, head, i, d) => (head * 3 + part) * d + i })),
  by('no-scale', 'mhsa', mhsa({ scale: () => 1 })),
  by('fc1-no-bias', 'mlp', ({ x, w1, w2, b2 }: Record<string, Tensor>) => { const h = dense(x, w1); return { y: dense(like(h, Array.from(h.data, gelu)), w2, b2) }; }),
  by('patch-channels-last', 'patch_embed', ({ img, w, b }: Record<string, Tensor>) => ({ y: dense(patches(img, w.shape[2], (c, y, x, p, all) => (y * p + x) * all + c), { shape: [w.shape[0], w.data.length / w.shape[0]], data: w.data }, b) })),
  by('patch-kernel-flipped', 'patch_embed', ({ img, w, b }: Record<string, Tensor>) => ({ y: dense(patches(img, w.shape[2], (c, y, x, p) => (c * p + p - 1 - y) * p + p - 1 - x), { shape: [w.shape[0], w.data.length / w.shape[0]], data: w.data }, b) })),
  by('softmax-maximum-not-subtracted', 'softmax', ({ x }: { x: Tensor }) => ({ y: byRows(x, (row) => { const e = row.map((v) => Math.fround(Math.exp(v))); const s = e.reduce((a, v) => Math.fround(a + v), 0); return e.map((v) => Math.fround(v / s)); }) }), FLOAT32),
  by('kl-reversed', 'kl', ({ z_teacher, z_student }: Record<string, Tensor>, { tau, direction, reduction }: { tau: number; direction: string; reduction: string }) => scalar((direction === 'teacher-student' ? klOf(z_student, z_teacher, tau) : klOf(z_teacher, z_student, tau)) / (reduction === 'numel' ? z_teacher.data.length : z_teacher.shape[0]))),
  by('tau-squared-missing', 'soft_distill', soft((_, lambda) => [1 - lambda, lambda])),
  by('loss-weights-reversed', 'soft_distill', soft((tau, lambda) => [lambda, (1 - lambda) * tau * tau])),
  by('smoothing-over-other-classes', 'cross_entropy', ({ z, ...truth }: { z: Tensor; labels?: Tensor; target?: Tensor }, { smoothing: e }: { smoothing: number }) => scalar(crossEntropyOf(z, targetOf(truth, z.shape[1], 1 - e, e / (z.shape[1] - 1))))),
  by('distillation-on-class-head', 'hard_distill', ({ z, z_cls, z_teacher, ...truth }: Record<string, Tensor>, { alpha, smoothing: e }: { alpha: number; smoothing: number }) => {
    const cls = z_cls ?? z;
    const c = cls.shape[1];
    const decided = rowsOf(z_teacher).map((row) => row.map((_, j) => (j === argmax(row) ? 1 : 0)));
    return scalar((1 - alpha) * crossEntropyOf(cls, targetOf(truth, c, 1 - e + e / c, e / c)) + alpha * crossEntropyOf(cls, decided));
  }),
  by('positions-align-corners', 'pos_interp', ofFacebook(resampled((i, from, to) => clamped((i * (from - 1)) / (to - 1), from, (x) => keys(x, -0.75))))),
  by('positions-other-cubic', 'pos_interp', ofFacebook(resampled((i, from, to) => clamped(((2 * i + 1) * from) / (2 * to) - 0.5, from, (x) => keys(x, -0.5))))),
  by('positions-bilinear', 'pos_interp', ofFacebook(resampled((i, from, to) => clamped(((2 * i + 1) * from) / (2 * to) - 0.5, from, (x) => Math.max(0, 1 - Math.abs(x)))))),
  by('bias-gradient-averaged', 'linear.vjp', ({ x, w, b, dy }: Record<string, Tensor>) => {
    const [n, k] = w.shape;
    const rows = x.data.length / k;
    const each = (f: (r: number) => number) => sum(Array.from({ length: rows }, (_, r) => f(r)));
    return {
      dx: like(x, Array.from(x.data, (_, i) => sum(Array.from({ length: n }, (_u, j) => dy.data[Math.floor(i / k) * n + j] * w.data[j * k + (i % k)])))),
      dw: like(w, Array.from(w.data, (_, i) => each((r) => dy.data[r * n + Math.floor(i / k)] * x.data[r * k + (i % k)]))),
      ...(b === undefined ? {} : { db: like(b, Array.from(b.data, (_, j) => each((r) => dy.data[r * n + j]) / rows)) }),
    };
  }),
  by('softmax-gradient-no-row-sum', 'softmax.vjp', ({ x, dy }: Record<string, Tensor>) => { const p = byRows(x, softmax); return { dx: like(x, Array.from(p.data, (v, i) => v * dy.data[i])) }; }),
  by('gelu-gradient-no-density', 'gelu.vjp', ({ x, dy }: Record<string, Tensor>) => ({ dx: like(x, Array.from(x.data, (v, i) => dy.data[i] * 0.5 * (1 + erf(v / Math.SQRT2)))) })),
  by('layernorm-gradient-no-mean', 'layernorm.vjp', ({ x, g, b, dy }: Record<string, Tensor>, { eps }: { eps: number }) => {
    const d = g.data.length;
    const [dg, db] = [new Float64Array(d), new Float64Array(d)];
    let at = 0;
    const dx = byRows(x, (row) => {
      const m = mean(row);
      const r = 1 / Math.sqrt(mean(row.map((v) => (v - m) ** 2)) + eps);
      const [hat, up] = [row.map((v) => (v - m) * r), Array.from(dy.data.slice(at, at + d))];
      at += d;
      for (let j = 0; j < d; j++) [dg[j], db[j]] = [dg[j] + up[j] * hat[j], db[j] + up[j]];
      const scaled = up.map((v, j) => v * g.data[j]);
      const projected = mean(scaled.map((v, j) => v * hat[j]));
      return scaled.map((v, j) => r * (v - hat[j] * projected));
    });
    return { dx, dg: like(g, dg), db: like(b, db) };
  }),
  by('tokens-swapped', 'forward', deit({ order: ['dist', 'cls'] })),
  by('final-norm-missing', 'forward', deit({ finalNorm: false })),
  by('post-norm', 'forward', deit({ sublayer: (x, normed, branch) => { const b = branch(x); return normed(x.map((v, i) => v + b[i])); } })),
  by('evaluation-by-class-head', 'forward', deit({ evaluation: (cls) => cls })),
  by('heads-crossed', 'forward', deit({ reads: [1, 0] })),
]; // biome-ignore format: one kernel a line

describe('mistakes in kernels written by hand, not by us', () => {
  it.each(KERNELS)('%s, in %s', async (name, op, kernel, arithmetic) => {
    const { verdict, matches, problem } = await checkKernel<CheckedName>(op, kernel, { arithmetic, shrink: 0 });
    expect([verdict, problem, matches]).toEqual(['fail', undefined, [name]]);
  });
  it.each([
    by(
      '',
      'layernorm',
      layerNorm((v, eps) => Math.sqrt(v + eps)),
    ),
    by('', 'mhsa', mhsa({})),
    by(
      '',
      'soft_distill',
      soft((tau, lambda) => [1 - lambda, lambda * tau * tau]),
    ),
    by(
      '',
      'pos_interp',
      ofFacebook(resampled((i, from, to) => clamped(((2 * i + 1) * from) / (2 * to) - 0.5, from, (x) => keys(x, -0.75)))),
    ),
    by('', 'forward', deit({})),
  ])('%s%s without one passes', async (_, op, kernel) => {
    const { failed, matches } = await checkKernel<CheckedName>(op, kernel, { arithmetic: FLOAT64 });
    expect([failed, matches]).toEqual([0, []]);
  });
  it('both of two at one place are not called one of them', async () => {
    const both = layerNorm((v, eps, n) => Math.sqrt((v * n) / (n - 1)) + eps);
    const { verdict, matches } = await checkKernel('layernorm', both, { arithmetic: FLOAT64 });
    expect([verdict, matches]).toEqual(['fail', []]);
  });
});
