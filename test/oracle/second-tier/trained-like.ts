import type { DeitConfig } from '../../../src/core/model/deit/config.ts';
import { deitConfig } from '../../../src/core/model/deit/config.ts';
import { namedParams, specification } from '../../../src/core/model/deit/params.ts';
import { bell, uniform } from '../../../src/core/oracle/case/noise.ts';
import { mapRecord } from '../../../src/core/params/map-record.ts';
import { last, type Shape, size } from '../../../src/core/tensor/shape.ts';
import { generate, type Tensor } from '../../../src/core/tensor/tensor.ts';

/** DeiT-Ti narrowed nowhere but in depth, tokens and classes. */
export const SMALL: DeitConfig = deitConfig({ dim: 192, depth: 4, heads: 3, patch: 16, image: [64, 112], classes: 100, distilled: true });

type Values = (i: number) => number;
/** The channels of the residual stream in which a trained model keeps large numbers. */
const isLoud = (channel: number, dim: number): boolean => channel % Math.floor(dim / 3) === 7;

const random = (name: string, seed: number, shape: Shape): Values => {
  const x = bell(name, seed, shape);
  const fan = shape.length < 2 ? 1 : size(shape.slice(1));
  if (/norm\d?\.weight$/.test(name)) return (i) => 1 + 0.25 * x[i];
  if (/_token$|pos_embed/.test(name)) return (i) => 0.02 * x[i];
  return (i) => (shape.length < 2 ? 0.02 * x[i] : x[i] / Math.sqrt(fan));
};

/**
 * What is known of trained vision transformers, with the dice thrown anew: gains spread lognormally; some channels of the residual stream 20 to 100
 * times louder than the rest, which the gains of the norms turn down; attention that is peaked; rows of weights of unlike size.
 */
const trained = (name: string, seed: number, shape: Shape, dim: number): Values => {
  const x = bell(name, seed, shape);
  const spread = (i: number): number => Math.exp(0.5 * x[i]);
  if (/norm\d?\.weight$/.test(name)) return (i) => spread(i) * (isLoud(i, dim) ? 0.05 : 1);
  // What enters the first block is small: what is large grows in the blocks.
  if (/_token$|pos_embed/.test(name)) return (i) => 0.1 * x[i];
  if (/patch_embed.*bias$/.test(name)) return (i) => 0.05 * x[i];
  if (shape.length < 2) return (i) => 0.3 * x[i] * (/(fc2|proj)\.bias$/.test(name) && isLoud(i, dim) ? 30 : 1);
  const fan = size(shape.slice(1));
  const rows = uniform(`${name}/rows`, seed, shape.slice(0, 1));
  const row = (i: number): number => Math.floor(i / fan);
  const loud = (i: number): number => (/(fc2|attn\.proj)\.weight$/.test(name) && isLoud(row(i), dim) ? 20 : 1);
  // Scores of deviation 4 or so.
  const sharp = (i: number): number => (/qkv/.test(name) && row(i) < 2 * dim ? 2 : 1);
  const quiet = /patch_embed/.test(name) ? 0.15 : 1;
  return (i) => (quiet * Math.exp(0.7 * rows[row(i)]) * loud(i) * sharp(i) * x[i]) / Math.sqrt(fan);
};

/** Kinds of weights. */
export const WEIGHTS = ['random', 'trained-like'] as const;
export type Weights = (typeof WEIGHTS)[number];

/** A model's weights, all numbers of float32, with an image to look at. */
export const modelInputs = (c: DeitConfig, weights: Weights, seed: number, batch = 1): Readonly<Record<string, Tensor>> => {
  const of = (name: string, shape: Shape): Tensor => {
    const value = weights === 'random' ? random(name, seed, shape) : trained(name, seed, shape, c.dim);
    return generate(shape, (i) => Math.fround(value(i)));
  };
  const shape = [batch, 3, ...c.image];
  const [pixels, width] = [bell('image', seed, shape), last(shape)];
  // A ramp under the noise: neighbouring patches are alike, as in a photograph.
  const image = generate(shape, (i) => Math.fround(0.7 * pixels[i] + Math.sin((i % width) / 17) + Math.cos(i / 3000)));
  return { image, ...mapRecord(({ shape }, name) => of(name, shape), namedParams(specification(c))) };
};
