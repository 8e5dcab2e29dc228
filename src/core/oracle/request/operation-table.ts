import * as E from 'fp-ts/lib/Either.js';
import type { Tensors } from '../../engine/engine.ts';
import { shape, sketch } from '../../interpret/shape.ts';
import { sameShape, showShape } from '../../tensor/shape.ts';
import { MODELS } from './deit.ts';
import { IMAGES } from './images.ts';
import { LAYERS } from './layers.ts';
import { LOSSES } from './losses.ts';
import type { Operation } from './operation.ts';
import type { OperationName } from './operation-types.ts';
import type { Task } from './task.ts';

/** The one table of operations: it drives the protocol, the check, and the documentation. */
export const OPERATIONS: readonly Operation[] = [...LAYERS, ...LOSSES, ...MODELS, ...IMAGES];

const byName: ReadonlyMap<string, Operation> = new Map(OPERATIONS.map((operation) => [operation.name, operation]));
const VJP = '.vjp';

/**
 * The operation of a name, which may end with `.vjp`.
 *
 * @example
 * [operationNamed('layernorm.vjp').name, operationNamed('resize.vjp')] // ['layernorm', undefined]
 */
export const operationNamed = (name: string): Operation | undefined => {
  const operation = byName.get(name.endsWith(VJP) ? name.slice(0, -VJP.length) : name);
  return operation === undefined || (name.endsWith(VJP) && !operation.differentiable) ? undefined : operation;
};

/** Every name that can be asked for, gradients included. */
export const OPERATION_NAMES: readonly OperationName[] = OPERATIONS.flatMap(({ name, differentiable }) =>
  differentiable ? [name, `${name}${VJP}` as OperationName] : [name],
);

/**
 * Whether a name is that of an operation, or of a gradient.
 *
 * @example
 * [isOperationName('layernorm.vjp'), isOperationName('layer_norm')] // [true, false]
 */
export const isOperationName = (name: string): name is OperationName => operationNamed(name) !== undefined;

/** Inputs that are labels or probabilities' sources, not what a gradient is taken of. */
const HELD: ReadonlySet<string> = new Set(['labels', 'decision']);

/** The teacher does not learn: its gradient is 0 by definition in a distillation loss, not in the divergence itself. */
const stillIn = (name: string, input: string): boolean => input === 'z_teacher' && (name === 'soft_distill' || name === 'hard_distill');

/**
 * The task of a request. `X.vjp` takes the inputs of `X` and the upstream gradient `dy` (absent for a scalar), and gives
 * `d<input>` for every input that is a real number.
 *
 * @returns `Left` with one sentence when the request does not fit the operation.
 * @example
 * taskOf('block', {}, {}) // left('block: attribute heads is missing; it is a whole number above 0')
 */
export const taskOf = (name: string, attrs: unknown, given: Tensors): E.Either<string, Task> => {
  const operation = operationNamed(name);
  if (operation === undefined) return E.left(`unknown operation ${name}; known are ${OPERATION_NAMES.join(', ')}`);
  if (!name.endsWith(VJP)) return operation.task(attrs, given);
  const { dy, ...inputs } = given;
  return E.chain((task: Task) => differentiated(operation, task, dy, inputs))(operation.task(attrs, inputs));
};

const differentiated = (operation: Operation, task: Task, dy: Tensors[string] | undefined, given: Tensors): E.Either<string, Task> => {
  const real = Object.keys(given).filter((input) => !HELD.has(input));
  const named = (inputs: readonly string[]) => Object.fromEntries(inputs.map((input) => [input, `d${input}`]));
  const still = real.filter((input) => stillIn(operation.name, input));
  const { shape: upstream } = task.program(
    shape,
    Object.fromEntries(Object.entries(task.inputs).map(([key, t]) => [key, sketch(t.shape)])),
  ).y;
  if (!sameShape(dy?.shape ?? [], upstream))
    return E.left(
      `${operation.name}.vjp: dy must have the shape of y, ${showShape(upstream)}, ${dy === undefined ? 'it is missing' : `got ${showShape(dy.shape)}`}`,
    );
  const inputs = { ...task.inputs, ...Object.fromEntries(still.map((input) => [input, given[input]])) };
  const of = named(real.filter((input) => !still.includes(input)));
  const gradient = { output: 'y', of, still: named(still), ...(dy === undefined ? {} : { upstream: 'dy' }) };
  return E.right({ ...task, inputs: dy === undefined ? inputs : { ...inputs, dy }, gradient });
};
