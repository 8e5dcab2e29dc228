import { expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { block } from '../../src/core/model/deit/block.ts';
import { configProblems } from '../../src/core/model/deit/config.ts';
import { dropPathFactor, dropPathRates } from '../../src/core/model/deit/drop-path-rates.ts';
import type { BlockParams } from '../../src/core/model/deit/params.ts';
import { namedParams, specification } from '../../src/core/model/deit/params.ts';
import { MODEL_NAMES, ZOO } from '../../src/core/model/zoo.ts';
import { fraction, generator } from '../../src/core/random/generator.ts';
import { size } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { below, expectGolden, golden } from '../support/golden.ts';

const PUBLISHED = [5_717_416, 22_050_664, 86_567_656, 86_859_496, 5_910_800, 22_436_432, 87_338_192, 87_630_032];

it.each(MODEL_NAMES.map((name, i) => [name, PUBLISHED[i]] as const))('%s has %i parameters', (name, count) => {
  expect(Object.values(namedParams(specification(ZOO[name]))).reduce((n, { shape }) => n + size(shape), 0)).toBe(count);
});

it('a plain model has 152 tensors, a distilled one 155', () => {
  const tensors = (name: keyof typeof ZOO) => Object.keys(namedParams(specification(ZOO[name]))).length;
  expect([tensors('deit_base_patch16_224'), tensors('deit_base_distilled_patch16_224')]).toEqual([152, 155]);
});

it('stochastic depth multiplies each branch by its own factor', () => {
  const ops = golden('ops');
  const p = (name: string): Tensor => ops[`block/p__${name.replaceAll('.', '__')}`];
  const affine = (name: string) => ({ weight: p(`${name}.weight`), bias: p(`${name}.bias`) });
  const params: BlockParams<Tensor> = {
    norm1: affine('norm1'),
    attn: { qkv: affine('attn.qkv'), proj: affine('attn.proj') },
    norm2: affine('norm2'),
    mlp: { fc1: affine('mlp.fc1'), fc2: affine('mlp.fc2') },
  };
  const masks = below('block_droppath/mask_', ops);
  const y = block(reference)({ heads: 3, eps: 1e-6 }, params, ops['block/x'], { attnPath: masks.attn, mlpPath: masks.mlp });
  expectGolden('block_droppath/y', y, ops['block_droppath/y']);
});

it('the rates of stochastic depth rise linearly from 0', () => {
  expect(dropPathRates(12, 0.1)[0]).toBe(0);
  expect(dropPathRates(12, 0.1)[11]).toBe(0.1);
  expect(dropPathRates(1, 0.1)).toEqual([0]);
});

it('a factor is 0 or 1/keep', () => {
  expect([0, 0.0999, 0.1001, 0.999].map((u) => dropPathFactor(0.1, u))).toEqual([0, 0, 1 / 0.9, 1 / 0.9]);
});

it("a factor is timm's floor(keep + u) / keep, and neither 2 at rate 0 nor NaN at rate 1", () => {
  const most = 1 - 2 ** -53;
  for (const rate of [0.05, 0.1, 0.3, 0.5, 0.7, 0.999]) {
    const edges = [rate, 1 - (1 - rate)].flatMap((u) => [u - 2 ** -53, u, u + 2 ** -53]);
    for (const u of [0, 2 ** -53, ...edges, most, ...fraction([50])(generator(1))[0].data])
      expect(dropPathFactor(rate, u)).toBe(Math.floor(1 - rate + u) / (1 - rate));
  }
  expect([0, 0.5, most].map((u) => dropPathFactor(0, u))).toEqual([1, 1, 1]);
  expect([0, 0.5, most].map((u) => dropPathFactor(1, u))).toEqual([0, 0, 0]);
});

it.each([0, -1e-6, Number.NaN, Number.POSITIVE_INFINITY])('eps %d is a problem of a configuration', (eps) => {
  expect(configProblems({ ...ZOO.deit_tiny_patch16_224, eps })).toEqual([`eps must be a number above 0, got ${eps}`]);
});
