import { erfinv } from '../../../math/index.ts';
import type { ParamSpec } from '../../../params/spec.ts';
import type { Draw } from '../../../random/draws.ts';
import { adopt, full, type Tensor, zeros } from '../../../tensor/tensor.ts';
import type { DeitConfig } from '../config.ts';
import { type DeitParams, mapParams, specification } from '../params.ts';

/**
 * Whose initialisation:
 * - `facebook`: truncated normal of deviation 0.02 for tokens, positions and linear weights; the patch embedding keeps
 *   torch's Conv2d default (facebookresearch/deit: models.py with timm 0.3.2);
 * - `timm`: the same, but the class token is normal with deviation 1e-6 (timm 2026: models/vision_transformer.py);
 * - `hugging-face`: tokens and positions zero, the patch embedding like any weight (transformers: modeling_deit.py).
 */
export type Initialisation = 'facebook' | 'timm' | 'hugging-face';

/**
 * A draw of `trunc_normal_(std)` from a uniform `u` in (−1, 1). Its bounds ±2 are absolute, 100 deviations away at 0.02:
 * in effect a plain normal (timm issue 1286).
 *
 * @example
 * truncatedNormal(0.02, 0) // 0
 */
export const truncatedNormal = (std: number, u: number): number => Math.max(-2, Math.min(2, std * Math.SQRT2 * erfinv(u)));

/** Bound of torch's default for a convolution, `kaiming_uniform(a = √5)`: 1/√fanIn for the weight and for the bias. */
export const convolutionBound = (fanIn: number): number => 1 / Math.sqrt(fanIn);

type Rule = (name: string, spec: ParamSpec, draw: Draw) => Tensor;
const each = (f: (u: number) => number, t: Tensor): Tensor => adopt(t.shape, Float64Array.from(t.data, f));
const normal =
  (std: number): Rule =>
  (name, { shape }, draw) =>
    each((u) => truncatedNormal(std, u), draw(name, shape));
const convolution: Rule = (name, { shape, fanIn }, draw) => each((u) => u * convolutionBound(fanIn), draw(name, shape));
const zero: Rule = (_, { shape }) => zeros(shape);
const one: Rule = (_, { shape }) => full(shape, 1);

const FACEBOOK: { readonly [I in ParamSpec['initial']]: Rule } = {
  token: normal(0.02),
  weight: normal(0.02),
  'patch weight': convolution,
  'patch bias': convolution,
  zero,
  one,
};
const RULES: { readonly [V in Initialisation]: { readonly [I in ParamSpec['initial']]: Rule } } = {
  facebook: FACEBOOK,
  timm: { ...FACEBOOK, token: (name, spec, draw) => normal(name === 'cls_token' ? 1e-6 : 0.02)(name, spec, draw) },
  'hugging-face': { ...FACEBOOK, token: zero, 'patch weight': normal(0.02), 'patch bias': zero },
};

/**
 * The parameters a DeiT starts from.
 *
 * @example
 * initialise('facebook', deitConfig({ dim: 8, depth: 1, heads: 2 }), draws(1)).cls_token.data[0] // 0.01264900777934606
 */
export const initialise = (variant: Initialisation, c: DeitConfig, draw: Draw): DeitParams<Tensor> =>
  mapParams((spec, name) => RULES[variant][spec.initial](name, spec, draw), specification(c));
