import type { Shape, Shaped } from '../tensor/shape.ts';
import type { Floats } from '../tensor/tensor.ts';
import type { Named, Ops, Unary } from './ops.ts';

/** Every operation of the language by name (`within` is about names, `refuse` about mistakes). */
export type OpName = Exclude<keyof Ops<Shaped>, 'within' | 'refuse'>;
/** The name of an operation that `derive` builds from others. */
export type NamedName = keyof Named<Shaped>;
/** The name of an operation that every interpreter must say. */
export type PrimitiveName = Exclude<OpName, NamedName>;

/** The attributes of every operation: what comes before its tensors. */
export interface Attributes extends Record<Exclude<OpName, keyof WithAttributes>, readonly []>, WithAttributes {}
interface WithAttributes {
  readonly constant: readonly [shape: Shape, data: Floats, units: Floats | undefined];
  readonly scale: readonly [c: number];
  readonly shift: readonly [c: number];
  readonly unary: readonly [f: Unary];
  readonly permute: readonly [perm: readonly number[]];
  readonly reshape: readonly [shape: Shape];
  readonly repeatLeading: readonly [shape: Shape];
  readonly sumLeading: readonly [shape: Shape];
  readonly repeatLast: readonly [n: number];
  readonly slice: readonly [axis: number, from: number, to: number];
  readonly pad: readonly [axis: number, from: number, length: number];
  readonly concat: readonly [axis: number];
  readonly tag: readonly [name: string];
  readonly layerNorm: readonly [eps: number];
  readonly attention: readonly [scale: number];
}

/** How many of an operation's arguments are attributes; the rest are tensors. */
export const ATTRIBUTES: { readonly [K in OpName]: Attributes[K]['length'] } = {
  constant: 3,
  add: 0,
  mul: 0,
  div: 0,
  scale: 1,
  shift: 1,
  unary: 1,
  matmul: 0,
  permute: 1,
  reshape: 1,
  repeatLeading: 1,
  sumLeading: 1,
  repeatLast: 1,
  sumLast: 0,
  slice: 3,
  pad: 3,
  concat: 1,
  maxLast: 0,
  tag: 1,
  sub: 0,
  mean: 0,
  softmax: 0,
  logSoftmax: 0,
  gelu: 0,
  layerNorm: 1,
  linear: 0,
  attention: 1,
};

/** What remains of an operation's parameters behind its attributes. */
type TensorsOf<K extends OpName> = K extends 'constant' ? [] : Parameters<Ops<Shaped>[K]> extends readonly [...Attributes[K], ...infer Rest] ? Rest : never; // biome-ignore format: one line

/** How many tensors each operation that every interpreter must say needs. Any number may follow for `concat`. */
const OF_PRIMITIVES: { readonly [K in PrimitiveName]: TensorsOf<K>['length'] } = {
  constant: 0, add: 2, mul: 2, div: 2, scale: 1, shift: 1, unary: 1, matmul: 2, permute: 1, reshape: 1, repeatLeading: 1, sumLeading: 1,
  repeatLast: 1, sumLast: 1, slice: 1, pad: 1, concat: 0, maxLast: 1, tag: 1,
}; // biome-ignore format: a table
/** The same of those that `derive` builds. A bias of `linear` may follow. */
const OF_NAMED: { readonly [K in NamedName]: TensorsOf<K>['length'] } = {
  sub: 2, mean: 1, softmax: 1, logSoftmax: 1, gelu: 1, layerNorm: 3, linear: 2, attention: 3,
}; // biome-ignore format: a table
/** How many tensors each operation needs. */
export const TENSORS: { readonly [K in OpName]: number } = { ...OF_PRIMITIVES, ...OF_NAMED };

/** The names of all operations. */
export const OP_NAMES = Object.keys(ATTRIBUTES) as readonly OpName[];
/** The names of the operations that `derive` builds. */
export const NAMED = Object.keys(OF_NAMED) as readonly NamedName[];
/** The names of the operations that every interpreter must say. */
export const PRIMITIVES = Object.keys(OF_PRIMITIVES) as readonly PrimitiveName[];

/**
 * The arguments of an operation as attributes and tensors. A bias that is absent is left out, `undefined` stands for any other tensor that is, and what
 * JavaScript hands over beyond them (`xs.map(o.gelu)`) is not one of theirs.
 */
export const splitArguments = <T>(
  op: OpName,
  all: readonly unknown[],
): { readonly attrs: readonly unknown[]; readonly args: readonly T[] } => {
  const first = ATTRIBUTES[op];
  const needed = first + TENSORS[op];
  const biased = op === 'linear' && all[needed] !== undefined;
  const end = op === 'concat' ? all.length : biased ? needed + 1 : needed;
  const args = all.length < end ? Array.from({ length: end - first }, (_, i) => all[first + i]) : all.slice(first, end);
  return { attrs: all.slice(0, first), args: args as readonly T[] };
};

/** What tells a value of an interpreter from anything else. */
export type IsValue = (value: unknown) => boolean;

/** Whether something has a shape, as every value of every interpreter. */
export const isShaped: IsValue = (value) => Array.isArray((value as Partial<Shaped> | null | undefined)?.shape);

/** Whether something is a shape with data, as every value of an interpreter that computes. */
export const holdsNumbers: IsValue = (value) => isShaped(value) && (value as { readonly data?: unknown }).data !== undefined;

/**
 * Apply operation `op` of `o`: `call(o, 'scale', [2], [x])` is `o.scale(2, x)`.
 *
 * @example
 * call(reference, 'scale', [2], [tensor([1], [3])]).data[0] // 6
 */
export const call = <T extends Shaped>(o: Ops<T>, op: OpName, attrs: readonly unknown[], args: readonly T[]): T =>
  (o[op] as (...all: unknown[]) => T)(...attrs, ...args);
