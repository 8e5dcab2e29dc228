import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { below, distance, expectGolden, golden, manifest } from '../support/golden.ts';
import { right } from '../support/right.ts';

type Case = readonly [name: string, operation: string, attrs: object];
const soft = (variant: string, tau: number, lambda: number, smoothing = 0) => ({ variant, tau, lambda, smoothing });
const heads = manifest.config.ops.h;

/** Every case of the golden operations, as it is asked of the table of operations. */
const CASES: readonly Case[] = [
  ['linear', 'linear', {}],
  ['linear_nobias', 'linear', {}],
  ['softmax', 'softmax', {}],
  ['softmax_extreme', 'softmax', {}],
  ['log_softmax', 'log_softmax', {}],
  ['log_softmax_extreme', 'log_softmax', {}],
  ['layernorm', 'layernorm', { eps: 1e-6 }],
  ['layernorm_eps1e-12', 'layernorm', { eps: 1e-12 }],
  ['layernorm_eps1e-5', 'layernorm', { eps: 1e-5 }],
  ['gelu', 'gelu', {}],
  ['mhsa', 'mhsa', { heads }],
  ['mlp', 'mlp', {}],
  ['patch_embed', 'patch_embed', {}],
  ['block', 'block', { heads, eps: 1e-6 }],
  ...(manifest.config.ops.interp as [[number, number], [number, number]][]).flatMap(([from, to]): readonly Case[] => {
    const name = `pos_interp_${from.join('x')}_to_${to.join('x')}`;
    const prefix = from[0] === 7 ? 1 : 2;
    return [
      [name, 'pos_interp', { from, to, prefix, variant: 'facebook' }],
      [`${name}_antialias`, 'pos_interp', { from, to, prefix, variant: 'timm-antialias' }],
    ];
  }),
  ['ce_hard', 'cross_entropy', { smoothing: 0 }],
  ['ce_smooth_0.1', 'cross_entropy', { smoothing: 0.1, variant: 'timm' }],
  ['ce_smooth_paper_0.1', 'cross_entropy', { smoothing: 0.1, variant: 'paper' }],
  ['ce_soft', 'cross_entropy', { smoothing: 0 }],
  ['kl_teacher_student', 'kl', { tau: 1, direction: 'teacher-student', reduction: 'batchmean' }],
  ['kl_student_teacher', 'kl', { tau: 1, direction: 'student-teacher', reduction: 'batchmean' }],
  ['soft_distill_paper', 'soft_distill', soft('paper', 3, 0.1)],
  ['soft_distill_single_head', 'soft_distill', soft('paper', 3, 0.1)],
  ['soft_distill_paper_literal', 'soft_distill', soft('paper-literal', 3, 0.1)],
  ['soft_distill_fb', 'soft_distill', soft('facebook', 3, 0.1)],
  ['soft_distill_fb_a0.5_t1_smooth', 'soft_distill', soft('facebook', 1, 0.5, 0.1)],
  ['hard_distill', 'hard_distill', { alpha: 0.5, smoothing: 0 }],
  ['hard_distill_single_head', 'hard_distill', { alpha: 0.5, smoothing: 0 }],
  ['hard_distill_softtarget', 'hard_distill', { alpha: 0.5, smoothing: 0 }],
];

const all = golden('ops');
/** `p__norm1__weight` is written `p.norm1.weight` in the table. */
const dotted = (tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name.replace(/^(d?)p__/, '$1p.').replaceAll('__', '.'), t]));

const run = (operation: string, attrs: object, inputs: Tensors, taps: readonly string[] = []): Tensors => {
  const job = right(taskOf(operation, attrs, inputs));
  return programOf(job, { taps })(reference, job.inputs);
};

/** Rows of nearly constant values are ill-conditioned on purpose: 1e-8 of the largest value of the tensor (manifest). */
const tolerance = (name: string, want: Tensor): number =>
  name.startsWith('layernorm') ? 1e-8 * Math.max(...Array.from(want.data, Math.abs)) : 1e-10;

describe.each(CASES)('golden operation %s', (name, operation, attrs) => {
  const tensors = dotted(below(`${name}/`, all));
  const { y, dy, ...others } = tensors;
  const middle = below('mid_', others);
  const gradients = Object.keys(others).filter((key) => key.startsWith('d') && Object.hasOwn(others, key.slice(1)));
  const inputs = Object.fromEntries(Object.entries(others).filter(([key]) => !gradients.includes(key) && !key.startsWith('mid_')));

  it('value', () => {
    const got = run(operation, attrs, inputs, Object.keys(middle));
    expectGolden(`${name}/y`, got.y, y, tolerance(name, y));
    for (const [tap, want] of Object.entries(middle)) expectGolden(`${name}/mid_${tap}`, got[tap], want);
  });

  it('gradients', () => {
    const got = run(`${operation}.vjp`, attrs, dy === undefined ? inputs : { ...inputs, dy });
    expect(gradients.length).toBeGreaterThan(0);
    for (const key of gradients) expectGolden(`${name}/${key}`, got[key], tensors[key], tolerance(name, tensors[key]));
  });
});

it('every golden case is asked for', () => {
  const known = new Set(CASES.map(([name]) => name));
  const others = new Set(Object.keys(all).map((key) => key.split('/')[0]).filter((name) => !known.has(name))); // biome-ignore format: one line
  expect([...others].sort()).toEqual(['block_droppath', 'gelu_tanh_NOT_DEIT']);
});

it('the tanh form of GELU is another function', () => {
  expect(distance(run('gelu', {}, { x: all['gelu/x'] }).y, all['gelu_tanh_NOT_DEIT/y']).ratio).toBeGreaterThan(1e6);
});
