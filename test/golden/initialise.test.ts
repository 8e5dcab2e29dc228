import { expect, it } from 'vitest';
import { deitConfig } from '../../src/core/model/config.ts';
import { convolutionBound, initialise, truncatedNormal } from '../../src/core/model/initialise.ts';
import { namedParams } from '../../src/core/model/params.ts';
import { adopt, full, generate, type Tensor } from '../../src/core/tensor.ts';
import { distance, expectGolden, golden } from '../support/golden.ts';

const want = golden('init');
const drawn = adopt(
  want.u.shape,
  Float64Array.from(want.u.data, (u) => truncatedNormal(0.02, u)),
);

it('trunc_normal_ of timm and torch, its absolute bounds included', () => {
  expectGolden('trunc_normal_0.02', drawn, want['trunc_normal_0.02']);
});

it('is not the normal truncated at two deviations', () => {
  expect(distance(drawn, want.truncated_at_2_sigma_NOT_DEIT).ratio).toBeGreaterThan(1e6);
});

it('the default bound of a convolution', () => {
  const patches = Array.from(want.patch_conv_bound.data).filter((_, i) => i % 2 === 0);
  const bounds = generate(want.patch_conv_bound.shape, (i) =>
    i % 2 === 0 ? patches[i / 2] : convolutionBound(3 * patches[(i - 1) / 2] * patches[(i - 1) / 2]),
  );
  expectGolden('patch_conv_bound', bounds, want.patch_conv_bound);
});

it('each variant differs where it says', () => {
  const config = deitConfig({ image: [32, 32], dim: 8, depth: 1, heads: 2, classes: 3, distilled: true });
  const of = (variant: Parameters<typeof initialise>[0]): Readonly<Record<string, Tensor>> =>
    namedParams(initialise(variant, config, (_, shape) => full(shape, 0.5)));
  const differing = (a: Readonly<Record<string, Tensor>>, b: Readonly<Record<string, Tensor>>) =>
    Object.keys(a).filter((name) => a[name].data[0] !== b[name].data[0]);
  expect(differing(of('facebook'), of('timm'))).toEqual(['cls_token']);
  expect(differing(of('facebook'), of('hugging-face'))).toEqual([
    'cls_token',
    'dist_token',
    'pos_embed',
    'patch_embed.proj.weight',
    'patch_embed.proj.bias',
  ]);
});
