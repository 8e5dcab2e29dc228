import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { dropPathRates } from '../../src/core/model/deit/drop-path-rates.ts';
import { namedParams, specification } from '../../src/core/model/deit/params.ts';
import type { DecayGroups } from '../../src/core/params/spec.ts';
import { full, type Tensor, tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { adamw, biasCorrection, DEIT_ADAMW, type Slot } from '../../src/core/train/adamw.ts';
import { decays } from '../../src/core/train/decay.ts';
import { below, expectGolden, golden } from '../support/golden.ts';
import { notEmpty } from '../support/not-empty.ts';

const want = golden('train');
const initial = below('adamw/init/', want);
const NAMES = Object.keys(initial);
/** Which parameters decay is not a matter of sizes: any distilled model says it. */
const PARAMETERS = namedParams(specification(deitConfig({ dim: 8, depth: 1, heads: 2, distilled: true })));
const scalar = (x: number): Tensor => full([], x);

const slotsAfter = (groups: DecayGroups, steps: number): Readonly<Record<string, Slot<Tensor>>> => {
  const start = NAMES.map(
    (name) => [name, { param: initial[name], mean: zeros(initial[name].shape), square: zeros(initial[name].shape) }] as const,
  );
  const step = (slots: Readonly<Record<string, Slot<Tensor>>>, t: number) =>
    adamw(reference)(
      DEIT_ADAMW,
      {
        learningRate: scalar(want['adamw/lr'].data[t - 1]),
        correction1: scalar(biasCorrection(DEIT_ADAMW.beta1, t)),
        correction2: scalar(biasCorrection(DEIT_ADAMW.beta2, t)),
      },
      decays(groups, PARAMETERS),
      slots,
      below(`adamw/grad/${t}/`, want),
    );
  return Array.from({ length: steps }, (_, i) => i + 1).reduce(step, Object.fromEntries(start));
};

describe.each([
  ['fb', 'facebook'],
  ['timm_new', 'timm'],
] as const)('golden AdamW, groups of %s', (key, groups) => {
  it.each([1, 2, 5, 10])('every parameter after step %i', (steps) => {
    const slots = slotsAfter(groups, steps);
    const expected = notEmpty(Object.entries(below(`adamw/${key}/${steps}/`, want)));
    for (const [name, value] of expected) expectGolden(`${key}/${steps}/${name}`, slots[name].param, value);
  });
});

it('both moments after ten steps', () => {
  const slots = slotsAfter('facebook', 10);
  for (const [name, mean] of notEmpty(Object.entries(below('adamw/fb/exp_avg/', want))))
    expectGolden(`exp_avg/${name}`, slots[name].mean, mean);
  for (const [name, square] of notEmpty(Object.entries(below('adamw/fb/exp_avg_sq/', want))))
    expectGolden(`exp_avg_sq/${name}`, slots[name].square, square);
});

it.each([
  ['facebook', 'fb'],
  ['timm', 'timm_new'],
] as const)('the parameters that decay: %s', (groups, key) => {
  const decayed = decays(groups, PARAMETERS);
  expect(NAMES.map((name) => Number(decayed[name]))).toEqual([...want[`adamw/decay_mask_${key}`].data]);
});

it('the first step moves each parameter by the learning rate against the sign of its gradient', () => {
  const one = adamw(reference)(
    { ...DEIT_ADAMW, eps: 0, weightDecay: 0 },
    { learningRate: scalar(0.5), correction1: scalar(biasCorrection(0.9, 1)), correction2: scalar(biasCorrection(0.999, 1)) },
    { 'head.weight': true },
    { 'head.weight': { param: zeros([1, 2]), mean: zeros([1, 2]), square: zeros([1, 2]) } },
    { 'head.weight': tensor([1, 2], [3, -0.25]) },
  );
  expectGolden('step', one['head.weight'].param, tensor([1, 2], [-0.5, 0.5]));
});

it('the rates of stochastic depth', () => {
  for (const [key, rates] of notEmpty(Object.entries(below('dpr/', want)))) {
    const [depth, rate] = key.split('_').map(Number);
    expectGolden(`dpr/${key}`, tensor([depth], dropPathRates(depth, rate)), rates);
  }
});
