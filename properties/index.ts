import { adjointLaws } from './law/adjoint.ts';
import { attentionLaws } from './law/attention.ts';
import { elementaryLaws } from './law/elementary.ts';
import { gradientLaws } from './law/gradient.ts';
import { independenceLaws } from './law/independence.ts';
import { interpretationLaws } from './law/interpretation.ts';
import { layerNormLaws } from './law/layer-norm.ts';
import { linearityLaws } from './law/linear.ts';
import { lossLaws } from './law/loss.ts';
import { modelLaws } from './law/model.ts';
import { namedLaws } from './law/named.ts';
import { primitiveLaws } from './law/primitive.ts';
import { softmaxLaws } from './law/softmax.ts';
import { withinLaws } from './law/within.ts';
import type { Law } from './law.ts';

export { OP_NAMES } from '../src/core/language/signatures.ts';
export { assert, check, type Options, type Outcome } from './assert.ts';
export { type DrawnAxes, EQUAL, LONG, UNLIKE } from './axes.ts';
export { FLOAT32, FLOAT64, proved } from './bound.ts';
export { calibrated } from './calibrated.ts';
export { type Call, calls } from './calls.ts';
export type { Losses } from './case/loss-case.ts';
export type { Model, ModelCase } from './case/model-case.ts';
export { compare, judgeClaim, type LawVerdict, type Worst } from './compare.ts';
export { type Bound, type EngineOptions, engine, type Implementation, type InterpreterOptions, interpreter } from './implementation.ts';
export { adjointLaws } from './law/adjoint.ts';
export { agreementLaws } from './law/agreement.ts';
export { attentionLaws } from './law/attention.ts';
export { elementaryLaws } from './law/elementary.ts';
export { adjointClaim, type Derivatives, gradientLaws } from './law/gradient.ts';
export { independenceLaws } from './law/independence.ts';
export { type Interpreters, interpretationLaws } from './law/interpretation.ts';
export { layerNormLaws } from './law/layer-norm.ts';
export { linearityLaws } from './law/linear.ts';
export { lossLaws } from './law/loss.ts';
export { modelLaws } from './law/model.ts';
export { namedLaws } from './law/named.ts';
export { planLaws } from './law/plan.ts';
export { primitiveLaws } from './law/primitive.ts';
export { softmaxLaws } from './law/softmax.ts';
export { withinLaws } from './law/within.ts';
export { type Claim, type Equation, equation, type Law, type Side } from './law.ts';
export { drawTensor, orders, shapes, sizes, TENSOR_FAMILIES, type TensorFamily, type TensorSpec, tensorSpecs } from './tensor-spec.ts';

/** Every law of the operations: what any interpreter or engine must obey. */
export const operationLaws: readonly Law[] = [
  ...adjointLaws,
  ...linearityLaws,
  ...primitiveLaws,
  ...namedLaws,
  ...elementaryLaws,
  ...softmaxLaws,
  ...layerNormLaws,
  ...attentionLaws,
  ...independenceLaws,
  ...withinLaws,
  ...gradientLaws(),
  ...interpretationLaws(),
];

/** Every law: of the operations, of the whole model, and of its losses. */
export const laws: readonly Law[] = [...operationLaws, ...modelLaws(), ...lossLaws()];
