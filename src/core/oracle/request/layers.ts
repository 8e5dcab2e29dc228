import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import type { Program } from '../../language/ops.ts';
import { attention } from '../../model/deit/attention.ts';
import { block } from '../../model/deit/block.ts';
import { mlp } from '../../model/deit/mlp.ts';
import type { Affine, BlockParams } from '../../model/deit/params.ts';
import { patchEmbedding } from '../../model/deit/patch-embedding.ts';
import { resizePositions } from '../../model/deit/position-embedding.ts';
import { last, showShape } from '../../tensor/shape.ts';
import { count, natural, oneOf, pair, positive } from './attributes.ts';
import { type Input, type Operation, operation } from './operation.ts';
import type { InputNameOf } from './operation-types.ts';
import type { Task } from './task.ts';

type Named<T> = Readonly<Record<string, T>>;
const runs =
  (program: Program) =>
  (inputs: Tensors): E.Either<string, Task> =>
    E.right({ program, inputs });
const input = <const K extends string>(name: K, axes: Input['axes'], kind: Input['kind'] = 'value', optional = false): Input<K> => ({
  name,
  axes,
  kind,
  ...(optional ? { optional } : {}),
});

const eps = positive(1e-6);
const noAttributes = {} as const;
const headsDivide = ({ heads }: { readonly heads: number }): Input['axes'] => ['B', 'N', `${heads}d`];
/** The width of a token is shared out among the heads. */
const widthFits = ({ heads }: { readonly heads: number }, { x }: Tensors): readonly string[] =>
  x === undefined || x.shape.length !== 3 || last(x.shape) % heads === 0
    ? []
    : [`x has shape ${showShape(x.shape)}, and its width ${last(x.shape)} is not a multiple of heads ${heads}`];

const elementwise = (name: 'softmax' | 'log_softmax' | 'gelu', summary: string, program: Program): Operation =>
  operation<'softmax' | 'log_softmax' | 'gelu'>({
    name,
    summary,
    outputs: 'y',
    schema: noAttributes,
    inputs: () => [input('x', ['…', 'N'])],
    task: (_, given) => runs(program)(given),
  });

const linear = operation({
  name: 'linear',
  summary: 'x wᵀ + b',
  outputs: 'y',
  schema: noAttributes,
  inputs: () => [input('x', ['…', 'K']), input('w', ['N', 'K'], 'weight'), input('b', ['N'], 'bias', true)],
  task: (_, given) => runs((o, { x, w, b }) => ({ y: o.linear(x, w, b) }))(given),
});

const layernorm = operation({
  name: 'layernorm',
  summary: 'LayerNorm over the last axis, biased variance',
  outputs: 'y',
  schema: { eps },
  inputs: () => [input('x', ['…', 'D']), input('g', ['D'], 'gain'), input('b', ['D'], 'bias')],
  task: (a, given) => runs((o, { x, g, b }) => ({ y: o.layerNorm(a.eps, x, g, b) }))(given),
});

const mhsa = operation({
  name: 'mhsa',
  summary: 'multi-head self-attention with its two linear layers; taps qkv, attn_probs, attn_ctx, attn_out',
  outputs: 'y',
  schema: { heads: count() },
  inputs: (a) => [
    input('x', headsDivide(a)),
    input('qkv_w', [`${3 * a.heads}d`, `${a.heads}d`], 'weight'),
    input('qkv_b', [`${3 * a.heads}d`], 'bias'),
    input('proj_w', [`${a.heads}d`, `${a.heads}d`], 'weight'),
    input('proj_b', [`${a.heads}d`], 'bias'),
  ],
  fits: widthFits,
  task: ({ heads }, given) =>
    runs((o, { x, qkv_w, qkv_b, proj_w, proj_b }) => ({
      y: attention(o)(heads, { qkv: { weight: qkv_w, bias: qkv_b }, proj: { weight: proj_w, bias: proj_b } }, x),
    }))(given),
});

const feedForward = operation({
  name: 'mlp',
  summary: 'linear, exact GELU, linear; taps mlp_fc1, mlp_act, mlp_out',
  outputs: 'y',
  schema: noAttributes,
  inputs: () => [
    input('x', ['…', 'D']),
    input('w1', ['M', 'D'], 'weight'),
    input('b1', ['M'], 'bias'),
    input('w2', ['D', 'M'], 'weight'),
    input('b2', ['D'], 'bias'),
  ],
  task: (_, given) =>
    runs((o, { x, w1, b1, w2, b2 }) => ({ y: mlp(o)({ fc1: { weight: w1, bias: b1 }, fc2: { weight: w2, bias: b2 } }, x) }))(given),
});

const patchEmbed = operation({
  name: 'patch_embed',
  summary: 'patches as tokens: a convolution whose stride is its kernel',
  outputs: 'y',
  schema: noAttributes,
  inputs: () => [input('img', ['B', 'C', 'H', 'W'], 'image'), input('w', ['D', 'C', 'P', 'P'], 'weight'), input('b', ['D'], 'bias')],
  task: (_, given) => runs((o, { img, w, b }) => ({ y: patchEmbedding(o)({ weight: w, bias: b }, img) }))(given),
});

const BLOCK_AXES = (heads: number): readonly Input<InputNameOf<'block'>>[] => {
  const D = `${heads}d`;
  const norm = <const K extends string>(name: K) => [input(`p.${name}.weight`, [D], 'gain'), input(`p.${name}.bias`, [D], 'bias')];
  const affine = <const K extends string>(name: K, out: string, into: string) => [
    input(`p.${name}.weight`, [out, into], 'weight'),
    input(`p.${name}.bias`, [out], 'bias'),
  ];
  return [
    input('x', ['B', 'N', D]),
    ...norm('norm1'),
    ...affine('attn.qkv', `${3 * heads}d`, D),
    ...affine('attn.proj', D, D),
    ...norm('norm2'),
    ...affine('mlp.fc1', 'M', D),
    ...affine('mlp.fc2', D, 'M'),
  ];
};

/** A block's parameters from their flat names. */
export const blockParams = <T>(named: Named<T>): BlockParams<T> => {
  const affine = (name: string): Affine<T> => ({ weight: named[`p.${name}.weight`], bias: named[`p.${name}.bias`] });
  return {
    norm1: affine('norm1'),
    attn: { qkv: affine('attn.qkv'), proj: affine('attn.proj') },
    norm2: affine('norm2'),
    mlp: { fc1: affine('mlp.fc1'), fc2: affine('mlp.fc2') },
  };
};

const transformerBlock = operation({
  name: 'block',
  summary: 'one pre-norm transformer block; taps norm1, qkv, attn_probs, attn_ctx, attn_out, resid1, norm2, mlp_fc1, mlp_act, mlp_out, out',
  outputs: 'y',
  schema: { heads: count(), eps },
  inputs: (a) => BLOCK_AXES(a.heads),
  fits: widthFits,
  task: (a, given) => runs((o, inputs) => ({ y: block(o)(a, blockParams(inputs), inputs.x) }))(given),
});

const posInterp = operation({
  name: 'pos_interp',
  summary: 'a position embedding resampled to another grid of patches, its special tokens copied',
  outputs: 'y',
  schema: { from: pair(), to: pair(), prefix: natural(), variant: oneOf('facebook', 'timm-antialias')() },
  inputs: (a) => [input('pe', [1, a.prefix + a.from[0] * a.from[1], 'D'], 'token')],
  task: (a, given) => runs((o, { pe }) => ({ y: resizePositions(o)(a, pe) }))(given),
});

/** The operations a DeiT is made of, from a linear layer to a block. */
export const LAYERS: readonly Operation[] = [
  linear,
  elementwise('softmax', 'softmax over the last axis', (o, { x }) => ({ y: o.softmax(x) })),
  elementwise('log_softmax', 'log-softmax over the last axis', (o, { x }) => ({ y: o.logSoftmax(x) })),
  elementwise('gelu', 'exact GELU, x·Φ(x)', (o, { x }) => ({ y: o.gelu(x) })),
  layernorm,
  mhsa,
  feedForward,
  patchEmbed,
  transformerBlock,
  posInterp,
];
