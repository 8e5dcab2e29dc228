import type * as E from 'fp-ts/lib/Either.js';
import { showList } from '../../core/text/show-value.ts';
import type { InputError } from '../error/error.ts';
import { attempt, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';

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

/** What `state_dict()` of transformers 5 calls the modules of a layer, by the names that its `save_pretrained` still writes. */
const newerModules: Readonly<Record<string, string>> = {
  'attention.attention.query': 'attention.q_proj',
  'attention.attention.key': 'attention.k_proj',
  'attention.attention.value': 'attention.v_proj',
  'attention.output.dense': 'attention.o_proj',
  'intermediate.dense': 'mlp.fc1',
  'output.dense': 'mlp.fc2',
};

/** A Hugging Face name as `state_dict()` of transformers 5 spells it. */
const newerName = (name: string): string =>
  name.replace(
    /^(deit|vit)\.encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$/,
    (_, prefix: string, index: string, module: string, part: string) =>
      `${prefix}.layers.${index}.${newerModules[module] ?? module}.${part}`,
  );

/**
 * Under which names a file with these names keeps a timm parameter, in the spelling that most of its layers have; `undefined` for a parameter that
 * the naming does not have.
 */
export const partsIn = (names: readonly string[], naming: Naming): ((timm: string) => readonly string[] | undefined) => {
  if (naming === 'timm') return (timm) => [timm];
  const spelled = (start: RegExp): number => names.filter((name) => start.test(name)).length;
  const newer = spelled(/^(deit|vit)\.layers\./) > spelled(/^(deit|vit)\.encoder\.layer\./);
  return (timm) => huggingFaceNames(timm, naming)?.map((name) => (newer ? newerName(name) : name));
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

/** One more than the largest block number in names of any kind, at most the number of names. */
export const depthOf = (names: readonly string[]): number =>
  names.reduce((depth, name) => {
    const i = Number(/^(?:blocks|(?:deit|vit)\.(?:encoder\.layer|layers))\.(\d+)\./.exec(name)?.[1] ?? -1);
    return i < names.length ? Math.max(depth, i + 1) : depth;
  }, 0);

/**
 * Which naming a file has: the one that most of its names belong to, so that a stray one does not decide.
 *
 * @returns `Left` when it is neither timm's nor Hugging Face's for a DeiT or ViT; the message shows some of the names.
 * @example
 * detectNaming(['cls_token', 'pos_embed']) // right('timm')
 */
export const detectNaming = (names: readonly string[]): E.Either<InputError, Naming> =>
  attempt(() => {
    const count = (start: RegExp): number => names.filter((name) => start.test(name)).length;
    const deit = count(/^deit\./);
    const vit = count(/^vit\./);
    const timm = count(/^(cls_token$|dist_token$|pos_embed$|patch_embed\.|blocks\.)/);
    if (deit + vit + timm === 0)
      return refuse(
        'weights',
        `the names are neither timm's (cls_token, blocks.0.…) nor Hugging Face's (deit.…, vit.…) for a DeiT: ${showList(names.map(quoted), 8) || 'there are none'}`,
      );
    if (timm >= deit && timm >= vit) return 'timm';
    if (vit > deit) return 'ViTForImageClassification';
    return count(/^(distillation|cls)_classifier\./) > count(/^classifier\./)
      ? 'DeiTForImageClassificationWithTeacher'
      : 'DeiTForImageClassification';
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
