import type { Tensors } from '../engine/engine.ts';
import { valueAndGradient } from '../interpret/gradient.ts';
import type { Ops, Program, Scalar } from '../language/ops.ts';
import { mapRecord } from '../params/map-record.ts';
import { type DecayGroups, type ParamSpec, weightsOf } from '../params/spec.ts';
import { type Shaped, showShape } from '../tensor/shape.ts';
import { full, ShapeError, type Tensor, zeros } from '../tensor/tensor.ts';
import { type AdamWOptions, adamw, biasCorrection, DEIT_ADAMW, type Slot, type StepInputs } from './adamw.ts';
import { decays } from './decay.ts';

type ParamSpecs = Readonly<Record<string, ParamSpec>>;

/** What a step does to the gradients, by the names of their parameters, before AdamW sees them: clip them, say. */
export type GradientTransform = <T extends Shaped>(o: Ops<T>, gradients: Readonly<Record<string, T>>) => Readonly<Record<string, T>>;

/** What a training step is made of. */
export interface TrainingOptions {
  /** Every parameter by name, as `namedParams(specification(c))` gives them: its weights are trained, its buffers are not. */
  readonly parameters: ParamSpecs;
  /** What is made small: a scalar program of a batch and of every parameter by name; `lossProgram` makes DeiT's. */
  readonly loss: Scalar;
  /** @defaultValue `DEIT_ADAMW` */
  readonly adamw?: AdamWOptions;
  /** Which weights decay. @defaultValue `facebook` */
  readonly groups?: DecayGroups;
  /** @defaultValue the identity */
  readonly transform?: GradientTransform;
}

/** What a step replaces of each weight. */
const PARTS = ['param', 'mean', 'square'] as const satisfies readonly (keyof Slot<unknown>)[];

/**
 * What a step calls a part of its state: the weight itself, or one of AdamW's two moving averages.
 *
 * @example
 * stateName('param', 'head.bias') // 'param head.bias'
 */
export const stateName = (part: keyof Slot<unknown>, name: string): string => `${part} ${name}`;

const names = (parameters: ParamSpecs): readonly string[] =>
  Object.keys(weightsOf(parameters)).flatMap((name) => PARTS.map((part) => stateName(part, name)));

/**
 * The option `state` with which an engine compiles a step: each part of the state is replaced by the output of its own name.
 *
 * @example
 * stepState(namedParams(specification(ZOO.deit_tiny_patch16_224)))['mean head.bias'] // 'mean head.bias'
 */
export const stepState = (parameters: ParamSpecs): Readonly<Record<string, string>> =>
  Object.fromEntries(names(parameters).map((name) => [name, name]));

/**
 * The state that a training starts from: every weight as given, and zero for its moving averages.
 *
 * @throws ShapeError naming every weight that has no value.
 * @example
 * const c = deitConfig({ image: [32, 48], dim: 12, depth: 1, heads: 3, classes: 5 });
 * const state = initialState(namedParams(specification(c)), namedParams(seededParams(1, c)));
 * state['square head.bias'].data // [0, 0, 0, 0, 0]
 */
export const initialState = (parameters: ParamSpecs, values: Tensors): Tensors => {
  const weights = Object.entries(weightsOf(parameters));
  const missing = weights.filter(([name]) => values[name] === undefined).map(([name, { shape }]) => `${name} ${showShape(shape)}`);
  if (missing.length > 0) throw new ShapeError('initialState', `no value is given for ${missing.join(', ')}`);
  const parts = weights.flatMap(([name, { shape }]) =>
    PARTS.map((part): [string, Tensor] => [stateName(part, name), part === 'param' ? values[name] : zeros(shape)]),
  );
  return Object.fromEntries(parts);
};

/**
 * The weights by their own names, out of a state: of what a step has left, or of what a plan has read.
 *
 * @example
 * paramsIn({ 'param head.bias': zeros([5]), 'mean head.bias': zeros([5]) }) // { 'head.bias': zeros([5]) }
 */
export const paramsIn = <T>(state: Readonly<Record<string, T>>): Readonly<Record<string, T>> => {
  const prefix = stateName('param', '');
  return Object.fromEntries(
    Object.entries(state).flatMap(([name, x]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), x]] : [])),
  );
};

/**
 * The scalars of step `t`, counted from 1.
 *
 * @throws RangeError where `biasCorrection` does.
 * @example
 * stepInputs(DEIT_ADAMW, 0.001, 1).correction1.data // ≈ [10]
 */
export const stepInputs = ({ beta1, beta2 }: AdamWOptions, learningRate: number, t: number): StepInputs<Tensor> => ({
  learningRate: full([], learningRate),
  correction1: full([], biasCorrection(beta1, t)),
  correction2: full([], biasCorrection(beta2, t)),
});

/**
 * One step of training as one program: a loss, its gradient by every weight, AdamW. Its inputs are what the loss takes of a batch (and the buffers,
 * under their own names), the scalars of `stepInputs`, and a state: `param NAME`, `mean NAME` and `square NAME` of each weight. It gives `loss`, a
 * scalar `()`, and the next state under the same names.
 *
 * @throws ShapeError where the loss or `adamw` does, or when the groups are those of nobody.
 * @example
 * const c = deitConfig({ image: [32, 48], dim: 12, depth: 1, heads: 3, classes: 5 });
 * const parameters = namedParams(specification(c));
 * const step = trainingStep({ parameters, loss: lossProgram(c, (o, { cls }, { target }) => crossEntropy(o)(cls, target)) });
 * const batch = { image: zeros([1, 3, 32, 48]), target: oneHot(5, [2]) };
 * const start = initialState(parameters, namedParams(seededParams(1, c)));
 * const { loss, ...state } = step(reference, { ...batch, ...stepInputs(DEIT_ADAMW, 0.001, 1), ...start });
 * const { loss: next } = step(reference, { ...batch, ...stepInputs(DEIT_ADAMW, 0.001, 2), ...state });
 * next.data[0] < loss.data[0] // true
 */
export const trainingStep = (options: TrainingOptions): Program => {
  const { parameters, loss, adamw: constants = DEIT_ADAMW, groups = 'facebook', transform = (_, gradients) => gradients } = options;
  const weights = weightsOf(parameters);
  const decayed = decays(groups, parameters);
  const held = new Set<string>(['learningRate', 'correction1', 'correction2', ...names(parameters)]);
  return <T extends Shaped>(o: Ops<T>, inputs: Readonly<Record<string, T>>): Readonly<Record<string, T>> => {
    const batch = Object.fromEntries(Object.entries(inputs).filter(([name]) => !held.has(name)));
    const slots = mapRecord((_, name): Slot<T> => {
      const [param, mean, square] = PARTS.map((part) => inputs[stateName(part, name)]);
      return { param, mean, square };
    }, weights);
    const { learningRate, correction1, correction2 } = inputs;
    const { value, gradient } = valueAndGradient(loss)(o, { ...batch, ...mapRecord(({ param }) => param, slots) });
    const gradients = transform(
      o,
      mapRecord((_, name) => gradient[name], weights),
    );
    const next = adamw(o)(constants, { learningRate, correction1, correction2 }, decayed, slots, gradients);
    const parts = Object.entries(next).flatMap(([name, slot]) => PARTS.map((part): [string, T] => [stateName(part, name), slot[part]]));
    return { loss: value, ...Object.fromEntries(parts) };
  };
};
