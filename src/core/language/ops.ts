import type { Shape, Shaped } from '../tensor/shape.ts';
import type { Floats } from '../tensor/tensor.ts';
import type { Unary } from './unary-functions.ts';

export { UNARY, type Unary } from './unary-functions.ts';

/**
 * The primitives: what an interpreter must say to understand every program.
 *
 * Attributes come first, tensors last. Laws (`<a, b>` is the sum of products; equality is exact for every interpreter
 * that computes in float64, within its bound otherwise):
 *
 * - linear primitives come in adjoint pairs: `<repeatLeading x, y> = <x, sumLeading y>`, `<repeatLast x, y> = <x, sumLast y>`,
 *   `<slice x, y> = <x, pad y>`, `<permute x, y> = <x, permute⁻¹ y>`, `<reshape x, y> = <x, reshape⁻¹ y>`,
 *   `<concat(a, b), y> = <a, slice y> + <b, slice' y>`;
 * - `matmul` is bilinear, and sums its products with k ascending, in one accumulator, without fused multiply-add;
 * - `tag` is the identity; `within(name)` is the same interpreter, whose tags start with `name.`;
 * - no operation changes its inputs.
 */
export interface Primitives<T extends Shaped> {
  /**
   * A tensor that does not depend on any input. Of numbers that an implementation computes for itself, as weights of a resampling, `units` says how far
   * each may be from what it is, in units of the implementation's roundoff: bounds count it, nothing else does.
   */
  readonly constant: (shape: Shape, data: Floats, units?: Floats) => T;
  readonly add: (a: T, b: T) => T;
  readonly mul: (a: T, b: T) => T;
  readonly div: (a: T, b: T) => T;
  /** `c · a`, for a number `c`. */
  readonly scale: (c: number, a: T) => T;
  /** `c + a`, for a number `c`. */
  readonly shift: (c: number, a: T) => T;
  /** A scalar function of each element: one of `UNARY_FUNCTIONS`. */
  readonly unary: (f: Unary, a: T) => T;
  /** `(…, M, K) @ (…, K, N) → (…, M, N)`, leading axes equal. */
  readonly matmul: (a: T, b: T) => T;
  /** Axis `i` of the result is axis `perm[i]` of `a`. */
  readonly permute: (perm: readonly number[], a: T) => T;
  readonly reshape: (shape: Shape, a: T) => T;
  /** Repeat along new leading axes: `out[…, i] = a[i]`. Adjoint: `sumLeading`. */
  readonly repeatLeading: (shape: Shape, a: T) => T;
  /** Sum over leading axes, first index slowest and ascending, until the shape is `shape`. Adjoint: `repeatLeading`. */
  readonly sumLeading: (shape: Shape, a: T) => T;
  /** Repeat along a new last axis of length `n`: `out[…, j] = a[…]`. Adjoint: `sumLast`. */
  readonly repeatLast: (n: number, a: T) => T;
  /** Sum over the last axis, ascending. Adjoint: `repeatLast`. */
  readonly sumLast: (a: T) => T;
  /** Indices `[from, to)` of `axis`. Adjoint: `pad`. */
  readonly slice: (axis: number, from: number, to: number, a: T) => T;
  /** Zeros around `a` on `axis`: `a` starts at `from` of an axis of length `length`. Adjoint: `slice`. */
  readonly pad: (axis: number, from: number, length: number, a: T) => T;
  /** The parts side by side on `axis`. Adjoint: one `slice` a part. */
  readonly concat: (axis: number, ...parts: readonly T[]) => T;
  /** Maximum over the last axis, a constant to every derivative: NaN where any element is, and 0 above −0. */
  readonly maxLast: (a: T) => T;
  /** The identity; `trace` collects what passes here by name. */
  readonly tag: (name: string, a: T) => T;
  /** The same interpreter, with tags prefixed by `name.`. */
  readonly within: (name: string) => Ops<T>;
}

/**
 * Named operations, which `derive` builds from the primitives. An interpreter may replace any by its own (a textbook
 * loop, a fused kernel); the law is always **own = derived**: bit for bit in the reference, within the bound elsewhere.
 */
export interface Named<T extends Shaped> {
  readonly sub: (a: T, b: T) => T;
  /** Mean over the last axis: `sumLast / n`, as a multiplication by `1 / n`. */
  readonly mean: (a: T) => T;
  /** Softmax over the last axis, its maximum subtracted first. */
  readonly softmax: (x: T) => T;
  /** `log(softmax(x))` over the last axis, without leaving the logarithm. */
  readonly logSoftmax: (x: T) => T;
  /** Exact GELU, x·Φ(x) (not the tanh form). */
  readonly gelu: (x: T) => T;
  /** LayerNorm over the last axis with the biased variance: `(x − μ)·rsqrt(σ² + eps)·gain + bias`; x `(…, D)`, gain, bias `(D)`. */
  readonly layerNorm: (eps: number, x: T, gain: T, bias: T) => T;
  /** `x wᵀ + b`: x `(…, K)`, w `(N, K)`, b `(N)` or absent → `(…, N)`. */
  readonly linear: (x: T, w: T, b?: T) => T;
  /** `softmax(scale · q kᵀ) v` over the last two axes: q `(…, M, d)`, k `(…, N, d)`, v `(…, N, d)` → `(…, M, d)`. Tags `attn_probs`. */
  readonly attention: (scale: number, q: T, k: T, v: T) => T;
}

/** Why a program cannot go on: what does not fit, and the shape that its result would have had. */
export interface Refusal {
  /** The operation, or the part of a model, that refuses. */
  readonly operation: string;
  /** Every mistake, in one sentence each. */
  readonly messages: readonly string[];
  /** The shape with which an interpreter that collects mistakes goes on. */
  readonly shape: Shape;
  /** Whether `shape` is a guess: what does not fit later may then be a consequence. @defaultValue false */
  readonly guess?: boolean;
}

/** The language of tensor operations: a program is a function generic in `T`. */
export interface Ops<T extends Shaped> extends Primitives<T>, Named<T> {
  /**
   * What a program says where its arguments do not fit. It throws one `ShapeError` with every message, unless the
   * interpreter collects mistakes (`shape`) or has a base, which decides.
   */
  readonly refuse: (why: Refusal, ...args: readonly T[]) => T;
}

/**
 * A program: named tensors to named tensors, in any interpreter. `Program<'x' | 'w', 'y'>` has those inputs and that output and no others; `Program` says
 * nothing of its names, as where they are only known when it runs. An input that it was not given is `undefined`, as a bias may be; a program that reads
 * one and leaves another unread has mistyped it, and is refused.
 */
export type Program<I extends string = string, O extends string = string> = <T extends Shaped>(
  o: Ops<T>,
  inputs: { readonly [K in I]: T },
) => { readonly [K in O]: T };

/** A program with one scalar result; `Scalar<'x' | 'w'>` has those inputs and no others. */
export type Scalar<I extends string = string> = <T extends Shaped>(o: Ops<T>, inputs: { readonly [K in I]: T }) => T;
