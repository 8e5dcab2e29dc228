import { expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { block } from '../../src/core/model/block.ts';
import { dropPathFactor, dropPathRates } from '../../src/core/model/drop-path-rates.ts';
import type { BlockParams } from '../../src/core/model/params.ts';
import { namedParams, specification } from '../../src/core/model/params.ts';
import { MODEL_NAMES, ZOO } from '../../src/core/model/zoo.ts';
import { size } from '../../src/core/shape.ts';
import type { Tensor } from '../../src/core/tensor.ts';
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
