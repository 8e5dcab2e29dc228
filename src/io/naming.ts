import type * as E from 'fp-ts/lib/Either.js';
import type { InputError } from './error.ts';
import { attempt, refuse } from './refusal.ts';
import { listed, quoted } from './wording.ts';

/**
 * How the parameters of a file are called: `timm` (also facebookresearch/deit), or after the class of Hugging Face transformers that they belong to. A distilled model
 * with both heads is a `DeiTForImageClassificationWithTeacher`; one with its class head alone a `DeiTForImageClassification`; a plain model, which has no
 * distillation token, a `ViTForImageClassification`.
 */
export type Naming = 'timm' | 'DeiTForImageClassificationWithTeacher' | 'DeiTForImageClassification' | 'ViTForImageClassification';

/** The three Linears that Hugging Face keeps apart, in the order of their rows in timm's `qkv`. */
const QKV = ['query', 'key', 'value'] as const;

const blockModules: Readonly<Record<string, string>> = {
  norm1: 'layernorm_before',
  'attn.proj': 'attention.output.dense',
  norm2: 'layernorm_after',
  'mlp.fc1': 'intermediate.dense',
  'mlp.fc2': 'output.dense',
};

/**
 * The Hugging Face names of a timm parameter: one, or three for the rows of `qkv` (queries, keys, values); `undefined` for a parameter that the class does not have.
 *
 * Source: huggingface/transformers: models/deit/convert_deit_timm_to_pytorch.py.
 * @example
 * huggingFaceNames('blocks.0.norm1.bias', 'ViTForImageClassification') // ['vit.encoder.layer.0.layernorm_before.bias']
 */
export const huggingFaceNames = (timm: string, naming: Exclude<Naming, 'timm'>): readonly string[] | undefined => {
  const prefix = naming === 'ViTForImageClassification' ? 'vit' : 'deit';
  const teacher = naming === 'DeiTForImageClassificationWithTeacher';
  const [, index, module, part] = /^blocks\.(0|[1-9]\d*)\.(.+)\.(weight|bias)$/.exec(timm) ?? [];
  if (index !== undefined && module !== undefined) {
    const layer = `${prefix}.encoder.layer.${index}`;
    if (module === 'attn.qkv') return QKV.map((name) => `${layer}.attention.attention.${name}.${part}`);
    return Object.hasOwn(blockModules, module) ? [`${layer}.${blockModules[module]}.${part}`] : undefined;
  }
  const whole: Readonly<Record<string, string | undefined>> = {
    cls_token: `${prefix}.embeddings.cls_token`,
    dist_token: prefix === 'deit' ? `${prefix}.embeddings.distillation_token` : undefined,
    pos_embed: `${prefix}.embeddings.position_embeddings`,
  };
  const layers: Readonly<Record<string, string | undefined>> = {
    'patch_embed.proj': `${prefix}.embeddings.patch_embeddings.projection`,
    norm: `${prefix}.layernorm`,
    head: teacher ? 'cls_classifier' : 'classifier',
    head_dist: teacher ? 'distillation_classifier' : undefined,
  };
  const [, layer = '', affine = ''] = /^(.+)\.(weight|bias)$/.exec(timm) ?? [];
  const name = Object.hasOwn(whole, timm) ? whole[timm] : Object.hasOwn(layers, layer) ? layers[layer] : undefined;
  return name === undefined ? undefined : [affine === '' ? name : `${name}.${affine}`];
};

/** Every timm name of a DeiT of this depth, distilled. */
export const timmNames = (depth: number): readonly string[] => {
  const affine = (module: string): readonly string[] => [`${module}.weight`, `${module}.bias`];
  const block = (i: number): readonly string[] =>
    ['norm1', 'attn.qkv', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2'].flatMap((module) => affine(`blocks.${i}.${module}`));
  return [
    'cls_token',
    'dist_token',
    'pos_embed',
    ...affine('patch_embed.proj'),
    ...Array.from({ length: depth }, (_, i) => block(i)).flat(),
    ...['norm', 'head', 'head_dist'].flatMap(affine),
  ];
};

/** One more than the largest block number in names of either kind, at most the number of names. */
export const depthOf = (names: readonly string[]): number =>
  names.reduce((depth, name) => {
    const i = Number(/^(?:blocks|(?:deit|vit)\.encoder\.layer)\.(\d+)\./.exec(name)?.[1] ?? -1);
    return i < names.length ? Math.max(depth, i + 1) : depth;
  }, 0);

/**
 * Which naming a file has.
 *
 * @returns `Left` when it is neither timm's nor Hugging Face's for a DeiT or ViT; the message shows some of the names.
 * @example
 * detectNaming(['cls_token', 'pos_embed']) // right('timm')
 */
export const detectNaming = (names: readonly string[]): E.Either<InputError, Naming> =>
  attempt(() => {
    const has = (start: string): boolean => names.some((name) => name.startsWith(start));
    if (has('deit.'))
      return has('distillation_classifier.') || has('cls_classifier.')
        ? 'DeiTForImageClassificationWithTeacher'
        : 'DeiTForImageClassification';
    if (has('vit.')) return 'ViTForImageClassification';
    if (has('cls_token') || has('patch_embed.') || has('blocks.')) return 'timm';
    return refuse(
      'weights',
      `the names are neither timm's (cls_token, blocks.0.…) nor Hugging Face's (deit.…, vit.…) for a DeiT: ${listed(names.map(quoted), 8) || 'there are none'}`,
    );
  });

/**
 * The Hugging Face class that parameters of these timm names belong to.
 *
 * @example
 * huggingFaceClass(['cls_token', 'dist_token', 'head_dist.bias']) // 'DeiTForImageClassificationWithTeacher'
 */
export const huggingFaceClass = (timm: readonly string[]): Exclude<Naming, 'timm'> =>
  !timm.includes('dist_token')
    ? 'ViTForImageClassification'
    : timm.some((name) => name.startsWith('head_dist.'))
      ? 'DeiTForImageClassificationWithTeacher'
      : 'DeiTForImageClassification';
