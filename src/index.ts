/**
 * DeiT as a language of tensor operations: one model, many interpreters.
 *
 * The language is `Ops`; the interpreters are `reference`, `vjp`, `jvp`, `shape`, `cost`, `record`, `trace` and
 * `rounded` (and `precise`, from `deit-oracle/precise`); the model is `deit`. What writing an interpreter or an engine takes
 * besides is `deit-oracle/language`, scalar functions and random numbers are `deit-oracle/math`.
 */

// Tensors and the language.

export { derive } from './core/language/derive.ts';
export { type CompleteOptions, complete } from './core/language/interpreter.ts';
export { type Named, type Ops, type Primitives, type Program, type Refusal, type Scalar, UNARY, type Unary } from './core/language/ops.ts';
export { override } from './core/language/override.ts';
export type { NamesOf, ProgramOn } from './core/language/program-types.ts';
export { hashTensor } from './core/random/hash.ts';
export type { Shape, Shaped } from './core/tensor/shape.ts';
export { type Floats, oneHot, ShapeError, type Tensor, tensor, zeros } from './core/tensor/tensor.ts';

// Interpreters.

export { type Cost, cost, type Priced, priced, totalCost } from './core/interpret/cost.ts';
export { type ValueAndGradient, valueAndGradient } from './core/interpret/gradient.ts';
export { type Dual, dual, jvp } from './core/interpret/jvp.ts';
export { type Instruction, type RecordedProgram, record, replay } from './core/interpret/record.ts';
export { tapNames, withTaps } from './core/interpret/record-taps.ts';
export { reference } from './core/interpret/reference.ts';
export { FORMATS, type Format, type FormatName, rounded, rounding, roundTensor } from './core/interpret/rounded.ts';
export { problems, type ShapeProblem, type Sketch, shape, sketch } from './core/interpret/shape.ts';
export { type Traced, taps, trace, untraced } from './core/interpret/trace.ts';
export { pullback, type Variable, variable, vjp } from './core/interpret/vjp.ts';

// Engines.

export type { Arithmetic } from './core/engine/arithmetic.ts';
export {
  type Compile,
  type CompileOptions,
  type Engine,
  type EngineError,
  engineError,
  inferNames,
  type Plan,
  type Tensors,
  type UntypedPlan,
} from './core/engine/engine.ts';
export { referenceEngine } from './core/engine/reference-engine.ts';
export { type TensorEngineOptions, tensorEngine } from './core/engine/tensor-engine.ts';

// The model.

export { type AttentionMasks, attention } from './core/model/deit/attention.ts';
export { type BlockMasks, block, dropPath } from './core/model/deit/block.ts';
export { classifiers, evaluationLogits, type Fusion, joint } from './core/model/deit/classifier.ts';
export { configProblems, type DeitConfig, deitConfig, grid, specialTokens, tokenCount } from './core/model/deit/config.ts';
export { type DeitLogits, type DeitMasks, deit, tokens } from './core/model/deit/deit.ts';
export { dropPathFactor, dropPathRates } from './core/model/deit/drop-path-rates.ts';
export { inferConfig } from './core/model/deit/infer-config.ts';
export { type Initialisation, initialise, truncatedNormal } from './core/model/deit/init/initialise.ts';
export { seededParams } from './core/model/deit/init/seeded-params.ts';
export { type MlpMasks, mlp } from './core/model/deit/mlp.ts';
export {
  type Affine,
  type BlockParams,
  type DeitParams,
  mapParams,
  namedParams,
  paramShapes,
  paramsFrom,
  specification,
} from './core/model/deit/params.ts';
export { patchEmbedding, patches } from './core/model/deit/patch-embedding.ts';
export { type Regrid, resizePositions } from './core/model/deit/position-embedding.ts';
export { forwardProgram, type LogitsLoss, lossProgram } from './core/model/deit/program.ts';
export { type Resampling, resamplingMatrix } from './core/model/resampling.ts';
export { isModelName, MODEL_NAMES, type ModelName, vit, ZOO } from './core/model/zoo.ts';
export type { Decay, DecayGroups, Initial, ParamSpec } from './core/params/spec.ts';
export { type Draw, draws } from './core/random/draws.ts';

// Losses, training and metrics.

export { crossEntropy, type Smoothing, smoothed } from './core/loss/cross-entropy.ts';
export {
  decisions,
  hardDistillation,
  type SoftOptions,
  type SoftVariant,
  softDistillation,
  teacherDecisions,
} from './core/loss/distillation.ts';
export { type KlOptions, kl } from './core/loss/kl.ts';
export { topAccuracy } from './core/metric/accuracy.ts';
export { cosineSimilarity } from './core/metric/cosine.ts';
export { disagreement } from './core/metric/disagreement.ts';
export { type AdamWOptions, adamw, adamwStep, biasCorrection, DEIT_ADAMW, type Slot, type StepInputs } from './core/train/adamw.ts';
export { decays } from './core/train/decay.ts';
export {
  type GradientTransform,
  initialState,
  paramsIn,
  stateName,
  stepInputs,
  stepState,
  type TrainingOptions,
  trainingStep,
} from './core/train/step.ts';

// Images.

export { CAPTION_HEIGHT, captioned } from './core/image/caption.ts';
export { type Box, centerCrop, crop, resizedCrop } from './core/image/crop.ts';
export {
  EVALUATION_224,
  EVALUATION_384,
  EVALUATION_HUGGING_FACE_224,
  EVALUATION_HUGGING_FACE_BARE_224,
  EVALUATION_TIMM_224,
  EVALUATION_TIMM_384,
  type EvaluationTransform,
  evaluationCrop,
  evaluationFor,
  evaluationTransform,
  IMAGENET_MEAN,
  IMAGENET_STD,
  normalise,
  type Rgb,
} from './core/image/evaluation-transform.ts';
export { type Bytes, type Image, image, MAX_PIXELS } from './core/image/image.ts';
export { type Orientation, orient } from './core/image/orientation.ts';
export { type OverlayOptions, overlay } from './core/image/overlay.ts';
export { type Interpolation, type Pillow, resize, resizeShorter } from './core/image/resize.ts';
export { sideBySide } from './core/image/side-by-side.ts';
