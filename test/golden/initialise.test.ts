import { describe, expect, it } from 'vitest';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { convolutionBound, type Initialisation, initialise, truncatedNormal } from '../../src/core/model/deit/init/initialise.ts';
import { namedParams, paramShapes } from '../../src/core/model/deit/params.ts';
import { draws } from '../../src/core/random/draws.ts';
import { adopt, full, generate, type Tensor } from '../../src/core/tensor/tensor.ts';
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

const config = deitConfig({ image: [32, 32], dim: 8, depth: 1, heads: 2, classes: 3, distilled: true });

describe('every parameter of each variant, drawn from u = ½, of which the quartile 0.6745 of the normal distribution comes', () => {
  const QUARTILE = 0.6744897501960817;
  /** Inputs of the patch embedding: a deviation of torch's default is uniform up to one over their root. */
  const seen = 3 * 16 * 16;
  /** Token, distillation token and positions, patch weight, patch bias; the rest is the same in all variants. */
  const VALUES: Readonly<Record<Initialisation, readonly [cls: number, token: number, patch: number, patchBias: number]>> = {
    facebook: [0.02 * QUARTILE, 0.02 * QUARTILE, 0.5 / Math.sqrt(seen), 0.5 / Math.sqrt(seen)],
    timm: [1e-6 * QUARTILE, 0.02 * QUARTILE, 0.5 / Math.sqrt(seen), 0.5 / Math.sqrt(seen)],
    'hugging-face': [0, 0, 0.02 * QUARTILE, 0],
  };
  it.each(Object.keys(VALUES) as Initialisation[])('%s', (variant) => {
    const [cls, token, patch, patchBias] = VALUES[variant];
    const initialOf = (name: string): number => {
      if (name === 'cls_token') return cls;
      if (name === 'dist_token' || name === 'pos_embed') return token;
      if (name.startsWith('patch_embed')) return name.endsWith('weight') ? patch : patchBias;
      if (name.endsWith('bias')) return 0;
      return /norm[12]?\.weight$/.test(name) ? 1 : 0.02 * QUARTILE;
    };
    const given = namedParams(initialise(variant, config, (_, shape) => full(shape, 0.5)));
    expect(Object.keys(given)).toEqual(Object.keys(paramShapes(config)));
    for (const [name, { shape, data }] of Object.entries(given)) {
      expect(shape, name).toEqual(paramShapes(config)[name]);
      for (const value of data) expect(Math.abs(value - initialOf(name)), name).toBeLessThanOrEqual(1e-15 * initialOf(name));
    }
  });
});

describe('the draws of a seed', () => {
  it('are the same for a name, others for another name or seed', () => {
    const first = (seed: number, name: string) => draws(seed)(name, [3]).data;
    expect(first(1, 'a')).toEqual(first(1, 'a'));
    expect(first(1, 'a')).not.toEqual(first(1, 'b'));
    expect(first(1, 'a')).not.toEqual(first(2, 'a'));
  });
  it('initialise weights of the deviation that was asked for', () => {
    const { data } = initialise('facebook', { ...config, dim: 64, heads: 1 }, draws(3)).blocks[0].attn.qkv.weight;
    const deviation = Math.sqrt(Array.from(data).reduce((sum, x) => sum + x * x, 0) / data.length);
    expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(0.03);
  });
});

it('each variant differs where it says', () => {
  const of = (variant: Initialisation): Readonly<Record<string, Tensor>> =>
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
