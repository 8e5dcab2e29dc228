import { adjointLaws } from './adjoint.ts';
import { attentionLaws } from './attention.ts';
import { elementaryLaws } from './elementary.ts';
import { gradientLaws } from './gradient.ts';
import { independenceLaws } from './independence.ts';
import { interpretationLaws } from './interpretation.ts';
import type { Law } from './law.ts';
import { layerNormLaws } from './layer-norm.ts';
import { linearityLaws } from './linear.ts';
import { lossLaws } from './loss.ts';
import { modelLaws } from './model.ts';
import { namedLaws } from './named.ts';
import { primitiveLaws } from './primitive.ts';
import { softmaxLaws } from './softmax.ts';

export { adjointLaws } from './adjoint.ts';
export { agreementLaws } from './agreement.ts';
export { assert, check, type Options, type Outcome } from './assert.ts';
export { attentionLaws } from './attention.ts';
export { type Axes, EQUAL, LONG, UNLIKE } from './axes.ts';
export { FLOAT32, FLOAT64, proved } from './bound.ts';
export { calibrated } from './calibrated.ts';
export { type Call, calls, OPERATIONS } from './calls.ts';
export { elementaryLaws } from './elementary.ts';
export { adjointClaim, type Derivatives, gradientLaws } from './gradient.ts';
export { type Bound, type EngineOptions, engine, type Implementation, type InterpreterOptions, interpreter } from './implementation.ts';
export { independenceLaws } from './independence.ts';
export { type Interpreters, interpretationLaws } from './interpretation.ts';
export { compare, judge, type Verdict, type Worst } from './judge.ts';
export { type Claim, type Equation, equation, type Law, type Side } from './law.ts';
export { layerNormLaws } from './layer-norm.ts';
export { linearityLaws } from './linear.ts';
export { lossLaws } from './loss.ts';
export type { Losses } from './loss-case.ts';
export { modelLaws } from './model.ts';
export type { Model, ModelCase } from './model-case.ts';
export { namedLaws } from './named.ts';
export { planLaws } from './plan.ts';
export { primitiveLaws } from './primitive.ts';
export { draw, FAMILIES, type Family, orders, type Recipe, recipes, shapes, sizes } from './recipe.ts';
export { softmaxLaws } from './softmax.ts';

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
  ...gradientLaws(),
  ...interpretationLaws(),
];

/** Every law: of the operations, of the whole model, and of its losses. */
export const laws: readonly Law[] = [...operationLaws, ...modelLaws(), ...lossLaws()];
