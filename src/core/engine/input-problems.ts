import { type Shape, type Shaped, sameShape, showShape, size } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { optionNamesProblem } from '../text/option-names.ts';
import { isRecord, showList, showValue } from '../text/show-value.ts';
import type { CompileOptions, Tensors } from './engine.ts';

const areNames = (value: unknown): boolean => Array.isArray(value) && value.every((name) => typeof name === 'string');

/** What is wrong with the options that a program is to be compiled with, whatever the program is. */
export const optionsProblem = (options: CompileOptions): string | undefined => {
  const strange = optionNamesProblem(options, ['resident', 'state', 'progress']);
  if (strange !== undefined) return strange;
  const { resident = [], state = {}, progress } = options;
  if (!areNames(resident)) return `resident must be an array of names of inputs, as in ['w'], got ${showValue(resident)}`;
  if (progress !== undefined && typeof progress !== 'function') return `progress must be a function, got ${showValue(progress)}`;
  return isRecord(state) ? undefined : `state must name an output for each input, as in { w: 'next w' }, got ${showValue(state)}`;
};

/** What is wrong with the state that a program was compiled with, given the shapes of its inputs and outputs. */
export const stateProblem = (
  state: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, Shape>>,
  outputs: Readonly<Record<string, Shaped>>,
): string | undefined => {
  for (const [input, output] of Object.entries(state)) {
    if (!Object.hasOwn(inputs, input))
      return `state ${input} is not an input of the program; its inputs are ${showList(Object.keys(inputs))}`;
    if (!Object.hasOwn(outputs, output))
      return `state ${input} is to be replaced by output ${output}, which the program does not have; it has ${showList(Object.keys(outputs))}`;
    if (!sameShape(inputs[input], outputs[output].shape))
      return `state ${input} is ${showShape(inputs[input])}, but output ${output}, which replaces it, is ${showShape(outputs[output].shape)}`;
  }
  return undefined;
};

/** An input that a plan was compiled for. */
export interface PlanInput extends Shaped {
  /** Whether it stays between runs. */
  readonly stays: boolean;
}

/** What is wrong with what was given as a tensor of this shape. */
const tensorProblem = (shape: Shape, given: Partial<Tensor> | null): string | undefined => {
  if (!Array.isArray(given?.shape) || given?.data?.length === undefined)
    return `is not a tensor; give one of shape ${showShape(shape)}, as tensor(shape, data) makes it`;
  if (!sameShape(given.shape, shape)) return `is ${showShape(given.shape)}, but the plan was compiled for ${showShape(shape)}`;
  if (given.data.length !== size(shape))
    return `is ${showShape(shape)}, which holds ${size(shape)} numbers, but its data has ${given.data.length}`;
  const first: unknown = given.data[0];
  return given.data.length === 0 || typeof first === 'number' ? undefined : `holds ${showValue(first)}, which is not a number`;
};

/** What is wrong with the inputs of a run; `known` are those that stay and were given before. */
export const inputProblem = (
  inputs: Readonly<Record<string, PlanInput>>,
  known: (name: string) => boolean,
  given: Tensors | null | undefined,
): string | undefined => {
  if (given === null || given === undefined) return `a run is given its inputs by name, {} where there are none, and was given ${given}`;
  for (const [name, { shape, stays }] of Object.entries(inputs)) {
    const tensor: Tensor | null | undefined = Object.hasOwn(given, name) ? given[name] : undefined;
    if (tensor === undefined && !(stays && known(name)))
      return `input ${name} ${showShape(shape)} is missing${stays ? ': it stays between runs, but the first one needs it' : ''}`;
    const problem = tensor === undefined ? undefined : tensorProblem(shape, tensor);
    if (problem !== undefined) return `input ${name} ${problem}`;
  }
  return undefined;
};

/** Why state of these names cannot be read; `known` are the inputs that a run was given or has replaced. */
export const unreadable = (
  state: Readonly<Record<string, string>>,
  known: (name: string) => boolean,
  names: readonly string[],
): string | undefined => {
  if (!areNames(names)) return `read needs an array of names of state, as in ['w'], got ${showValue(names)}`;
  const stranger = names.find((name) => !Object.hasOwn(state, name));
  if (stranger !== undefined) return `${stranger} is not state of this plan; compile it with state: { ${stranger}: … } to keep and read it`;
  const early = names.find((name) => !known(name));
  return early === undefined ? undefined : `state ${early} was not given yet; run the plan once with it`;
};
