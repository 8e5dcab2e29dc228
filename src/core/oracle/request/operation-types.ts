import type { Interpolation, Pillow } from '../../image/resize.ts';
import type { Smoothing } from '../../loss/cross-entropy.ts';
import type { SoftVariant } from '../../loss/distillation.ts';
import type { KlOptions } from '../../loss/kl.ts';
import type { Resampling } from '../../model/resampling.ts';
import type { Pair, Triple } from './attributes.ts';

/** What TypeScript knows of an operation: the names of its inputs, those that may be absent, and its attributes with their defaults filled in. */
interface Signature<Inputs extends string, Attributes extends object, Optional extends string, Result> {
  readonly inputs: Inputs;
  readonly optional: Optional;
  readonly attributes: Attributes;
  /** `tensor` and `number`: it has one output, `y`, and a gradient; `outputs`: it has others; `image`: it has no program. */
  readonly result: Result;
}
type NoAttributes = Readonly<Record<never, unknown>>;
type Layer<Inputs extends string, A extends object = NoAttributes, Optional extends string = never> = Signature<
  Inputs,
  A,
  Optional,
  'tensor'
>;
type Loss<Inputs extends string, A extends object, Optional extends string> = Signature<Inputs, A, Optional, 'number'>;
type Model<Outputs extends string, A extends object> = Signature<string, A, never, { readonly outputs: Outputs }>;
type OnImage<A extends object> = Signature<'image', A, never, 'image'>;

/** The sizes of a model as attributes of a request. */
export interface Sizes {
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  /** Absent: 4 times `dim`. */
  readonly hidden?: number;
  readonly patch: number;
  readonly channels: number;
  readonly image: Pair;
  readonly classes: number;
  readonly distilled: boolean;
  readonly eps: number;
}

/** Which loss a model is differentiated under. */
export interface ModelLoss {
  readonly kind: 'none' | 'soft' | 'hard';
  readonly variant: SoftVariant;
  readonly alpha: number;
  readonly tau: number;
  readonly smoothing: number;
  /** `train`: each head its own logits; `eval`: their mean as the only ones. */
  readonly head: 'train' | 'eval';
}

type Heads = { readonly heads: number };
type Eps = { readonly eps: number };
type Affine<Name extends string> = `p.${Name}.weight` | `p.${Name}.bias`;
type Distilled = 'z_cls' | 'z_dist' | 'z' | 'labels' | 'target';

/** The table of operations as types. Their definitions are checked against it by the compiler, and it against them by a test. */
export interface OperationTypes {
  readonly linear: Layer<'x' | 'w', NoAttributes, 'b'>;
  readonly softmax: Layer<'x'>;
  readonly log_softmax: Layer<'x'>;
  readonly gelu: Layer<'x'>;
  readonly layernorm: Layer<'x' | 'g' | 'b', Eps>;
  readonly mhsa: Layer<'x' | 'qkv_w' | 'qkv_b' | 'proj_w' | 'proj_b', Heads>;
  readonly mlp: Layer<'x' | 'w1' | 'b1' | 'w2' | 'b2'>;
  readonly patch_embed: Layer<'img' | 'w' | 'b'>;
  readonly block: Layer<'x' | Affine<'norm1' | 'attn.qkv' | 'attn.proj' | 'norm2' | 'mlp.fc1' | 'mlp.fc2'>, Heads & Eps>;
  readonly pos_interp: Layer<'pe', { readonly from: Pair; readonly to: Pair; readonly prefix: number; readonly variant: Resampling }>;
  readonly cross_entropy: Loss<'z', { readonly smoothing: number; readonly variant: Smoothing }, 'labels' | 'target'>;
  readonly kl: Loss<'z_teacher' | 'z_student', KlOptions, never>;
  readonly soft_distill: Loss<
    'z_teacher',
    { readonly tau: number; readonly lambda: number; readonly smoothing: number; readonly variant: SoftVariant },
    Distilled
  >;
  readonly hard_distill: Loss<'z_teacher', { readonly alpha: number; readonly smoothing: number }, Distilled>;
  readonly forward: Model<'logits_cls' | 'logits_eval', Sizes>;
  readonly loss_gradient: Model<'loss' | 'dimage', Sizes & { readonly loss: ModelLoss }>;
  readonly resize: OnImage<{ readonly size: Pair; readonly interpolation: Interpolation; readonly pillow: Pillow }>;
  readonly preprocess: OnImage<{
    readonly resize: number | Pair;
    readonly crop: number;
    readonly interpolation: Interpolation;
    readonly pillow: Pillow;
    readonly mean: Triple;
    readonly std: Triple;
  }>;
}

/** The name of an operation of the table, without gradients. */
export type BaseName = keyof OperationTypes;
type With<Result> = { [N in BaseName]: OperationTypes[N]['result'] extends Result ? N : never }[BaseName];
/** The name of an operation that has a gradient, `X.vjp`. */
export type DifferentiableName = With<'tensor' | 'number'>;
/** The name of an operation that has a program, or of its gradient: what an engine or a kernel can be checked on. */
export type CheckedName = Exclude<BaseName, With<'image'>> | `${DifferentiableName}.vjp`;
/** The name of an operation, or of its gradient. */
export type OperationName = BaseName | CheckedName;

/** The operation whose gradient `X.vjp` is; any other is its own. */
export type BaseOf<N extends OperationName> = N extends `${infer B extends DifferentiableName}.vjp` ? B : N & BaseName;
/** The attributes of an operation, those that were left out with their defaults. */
export type AttributesOf<N extends OperationName> = OperationTypes[BaseOf<N>]['attributes'];
/** The names of all inputs of an operation. */
export type InputNameOf<N extends BaseName> = OperationTypes[N]['inputs'] | OperationTypes[N]['optional'];

/** Values by the names of the inputs of an operation; of `X.vjp` the upstream gradient `dy` too, unless `X` gives a single number. */
export type InputsOf<N extends OperationName, V> = { readonly [K in OperationTypes[BaseOf<N>]['inputs']]: V } & {
  readonly [K in OperationTypes[BaseOf<N>]['optional']]?: V;
} & { readonly [K in N extends BaseName ? never : OperationTypes[BaseOf<N>]['result'] extends 'tensor' ? 'dy' : never]: V };

/** Labels are no real numbers: there is no gradient of them. */
type Gradient<K extends string> = `d${Exclude<K, 'labels'>}`;
/** Values by the names of the outputs of an operation, and perhaps of its taps. */
export type OutputsOf<N extends OperationName, V> = Readonly<Record<string, V>> &
  (N extends BaseName
    ? { readonly [K in OperationTypes[N]['result'] extends { readonly outputs: infer O extends string } ? O : 'y']: V }
    : { readonly [K in Gradient<OperationTypes[BaseOf<N>]['inputs']>]: V });
