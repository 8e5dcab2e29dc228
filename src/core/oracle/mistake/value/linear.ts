import { inLanguage, type Mutant, onInputs, WITH } from '../mistake.ts';

const without = (layer: string, says: string, at: Mutant['at'], bias: RegExp): Mutant =>
  onInputs(`${layer}-no-bias`, `${says} without its bias`, at, bias, (o, b) => o.scale(0, b));

/** What people get wrong about linear layers. */
export const LINEAR_MISTAKES: readonly Mutant[] = [
  inLanguage('linear-no-bias', 'linear layers without their bias', WITH.linear, (o) => ({ linear: (x, w) => o.linear(x, w) })),
  inLanguage('linear-weight-not-transposed', 'square weights used as (in, out)', WITH.linear, (o) => ({
    linear: (x, w, b) => o.linear(x, w.shape[0] === w.shape[1] ? o.permute([1, 0], w) : w, b),
  })),
  without('qkv', 'the layer of queries, keys and values', WITH.attention, /(^|\.)qkv(_b|\.bias)$/),
  without('proj', 'the projection behind attention', WITH.attention, /(^proj_b|attn\.proj\.bias)$/),
  without('fc1', 'the first layer of the MLP', ['mlp', ...WITH.block], /(^b1|fc1\.bias)$/),
  without('fc2', 'the second layer of the MLP', ['mlp', ...WITH.block], /(^b2|fc2\.bias)$/),
  without('patch', 'the patch embedding', WITH.patch, /(^b|^patch_embed\.proj\.bias)$/),
  without('head', 'each head', WITH.model, /^head(_dist)?\.bias$/),
];
