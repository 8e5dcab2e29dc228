/**
 * DeiT as a language of tensor operations: one model, many interpreters.
 *
 * The language is `ops`; the interpreters are `reference`, `reverse`, `forward`, `shape`, `cost`, `record`, `trace` and
 * `rounded` (and `precise`, from `deit-oracle/precise`); the model is `deit`.
 */
export * from './core/derive.ts';
export * from './core/engine.ts';
export * from './core/hash.ts';
export * from './core/image/crop.ts';
export * from './core/image/evaluation.ts';
export * from './core/image/image.ts';
export * from './core/image/orientation.ts';
export * from './core/image/overlay.ts';
export * from './core/image/resize.ts';
export * from './core/image/side-by-side.ts';
export * from './core/interpret/cost.ts';
export * from './core/interpret/forward.ts';
export * from './core/interpret/gradient.ts';
export * from './core/interpret/record.ts';
export * from './core/interpret/reference.ts';
export * from './core/interpret/reference-engine.ts';
export * from './core/interpret/reverse.ts';
export * from './core/interpret/rounded.ts';
export * from './core/interpret/shape.ts';
export * from './core/interpret/trace.ts';
export * from './core/loss/cross-entropy.ts';
export * from './core/loss/distillation.ts';
export * from './core/loss/kl.ts';
export * from './core/math/index.ts';
export * from './core/metric/accuracy.ts';
export * from './core/metric/cosine.ts';
export * from './core/metric/disagreement.ts';
export * from './core/model/attention.ts';
export * from './core/model/block.ts';
export * from './core/model/classifier.ts';
export * from './core/model/config.ts';
export * from './core/model/deit.ts';
export * from './core/model/drop-path-rates.ts';
export * from './core/model/infer-config.ts';
export * from './core/model/initialise.ts';
export * from './core/model/mlp.ts';
export * from './core/model/params.ts';
export * from './core/model/patch-embedding.ts';
export * from './core/model/position-embedding.ts';
export * from './core/model/seeded.ts';
export * from './core/model/zoo.ts';
export * from './core/ops.ts';
export * from './core/shape.ts';
export * from './core/tensor.ts';
export * from './core/train/adamw.ts';
export * from './core/uniform.ts';
