import { gradientLaws } from './law/gradient.ts';
import { interpretationLaws } from './law/interpretation.ts';
import type { Law } from './law/law.ts';
import { lossLaws } from './law/loss/loss.ts';
import { modelLaws } from './law/model.ts';
import { adjointLaws } from './law/operation/adjoint.ts';
import { attentionLaws } from './law/operation/attention.ts';
import { elementaryLaws } from './law/operation/elementary.ts';
import { independenceLaws } from './law/operation/independence.ts';
import { layerNormLaws } from './law/operation/layer-norm.ts';
import { linearityLaws } from './law/operation/linear.ts';
import { namedLaws } from './law/operation/named.ts';
import { primitiveLaws } from './law/operation/primitive.ts';
import { softmaxLaws } from './law/operation/softmax.ts';
import { withinLaws } from './law/operation/within.ts';

export { FLOAT32, FLOAT64 } from '../src/core/engine/arithmetic.ts';
export { OP_NAMES } from '../src/core/language/signatures.ts';
export { assert, check, type LawOptions, type LawOutcome } from './assert.ts';
export { type DrawnAxes, EQUAL, LONG, UNLIKE } from './axes.ts';
export { proved } from './bound.ts';
export { calibrated } from './calibrated.ts';
export { type CallSpec, callSpecs } from './call-spec.ts';
export type { Losses } from './case/loss-case.ts';
export type { Model, ModelSpec } from './case/model-spec.ts';
export {
  type Bound,
  type EngineClaims,
  fromEngine,
  fromInterpreter,
  type Implementation,
  type InterpreterClaims,
} from './implementation.ts';
export { compare, judgeClaim, type LawVerdict, type Worst } from './judge-claim.ts';
export { adjointClaim, type Derivatives, gradientLaws } from './law/gradient.ts';
export { type Interpreters, interpretationLaws } from './law/interpretation.ts';
export { type Claim, type Equation, equation, type Law, type Side } from './law/law.ts';
export { lossLaws } from './law/loss/loss.ts';
export { modelLaws } from './law/model.ts';
export { adjointLaws } from './law/operation/adjoint.ts';
export { agreementLaws } from './law/operation/agreement.ts';
export { attentionLaws } from './law/operation/attention.ts';
export { elementaryLaws } from './law/operation/elementary.ts';
export { independenceLaws } from './law/operation/independence.ts';
export { layerNormLaws } from './law/operation/layer-norm.ts';
export { linearityLaws } from './law/operation/linear.ts';
export { namedLaws } from './law/operation/named.ts';
export { primitiveLaws } from './law/operation/primitive.ts';
export { softmaxLaws } from './law/operation/softmax.ts';
export { withinLaws } from './law/operation/within.ts';
export { planLaws } from './law/plan.ts';
export {
  drawnLengths,
  drawnOrders,
  drawnShapes,
  drawTensor,
  TENSOR_FAMILIES,
  type TensorFamily,
  type TensorSpec,
  tensorSpecs,
} from './tensor-spec.ts';

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
