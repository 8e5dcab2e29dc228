/**
 * What writing an interpreter or an engine takes besides `Ops`: the operations as a table, one function for all of them, and
 * the helpers of shapes and tensors that the interpreters here are written with.
 */

// Operations by name.

export { type Apply, generic } from './core/interpret/generic.ts';
export { replacedIn } from './core/language/interpreter.ts';
export {
  ATTRIBUTES,
  type Attributes,
  call,
  NAMED,
  type NamedName,
  type OpName,
  PRIMITIVES,
  type PrimitiveName,
} from './core/language/signatures.ts';
export { UNARY_FUNCTIONS } from './core/language/unary-functions.ts';

// Shapes and tensors.

export { last, rows, sameShape, showShape, size } from './core/tensor/shape.ts';
export { adopt, full, generate } from './core/tensor/tensor.ts';
