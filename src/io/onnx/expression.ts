import type { Unary } from '../../core/language/ops.ts';
import type { Attributes, NamedName, OpName } from '../../core/language/signatures.ts';
import type { Shape } from '../../core/tensor/shape.ts';
import type { Floats } from '../../core/tensor/tensor.ts';

/** A value of an ONNX graph: one that is there already by name, a constant, or an operator applied to values. */
export type Expression =
  | string
  | { readonly integers: readonly number[] }
  | { readonly numbers: Floats; readonly shape: Shape }
  | { readonly operator: string; readonly inputs: readonly Expression[]; readonly attributes?: Readonly<Record<string, Attribute>> };

/** An attribute of an operator: an integer, a float or a list of integers. */
export type Attribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] };

const apply = (operator: string, ...inputs: readonly Expression[]): Expression => ({ operator, inputs });
const number = (x: number): Expression => ({ numbers: Float64Array.of(x), shape: [] });
const integers = (...xs: readonly number[]): Expression => ({ integers: xs });
const SQRT_HALF = Math.SQRT1_2;

/** Φ(x) = (1 + erf(x/√2)) / 2: ONNX has erf and no erfc, so the far negative tail loses relative accuracy there. */
const cdf = (x: Expression): Expression =>
  apply('Mul', number(0.5), apply('Add', number(1), apply('Erf', apply('Mul', x, number(SQRT_HALF)))));

const UNARY: { readonly [F in Unary]: (x: Expression) => Expression } = {
  exp: (x) => apply('Exp', x),
  expm1: (x) => apply('Sub', apply('Exp', x), number(1)),
  log: (x) => apply('Log', x),
  log1p: (x) => apply('Log', apply('Add', number(1), x)),
  erf: (x) => apply('Erf', x),
  erfc: (x) => apply('Sub', number(1), apply('Erf', x)),
  cdf,
  gelu: (x) => apply('Mul', x, cdf(x)),
  sqrt: (x) => apply('Sqrt', x),
  rsqrt: (x) => apply('Reciprocal', apply('Sqrt', x)),
};

/** Named operations that ONNX has as operators; the others are recorded as primitives. */
export const WHOLE = ['sub', 'softmax', 'logSoftmax', 'gelu', 'layerNorm', 'linear'] as const satisfies readonly NamedName[];
type Recorded = Exclude<OpName, NamedName> | (typeof WHOLE)[number];

type Rule<K extends OpName> = (attrs: Attributes[K], args: readonly Expression[], shape: Shape, shapes: readonly Shape[]) => Expression;
const lastAxis =
  (operator: string) =>
  (_: unknown, [x]: readonly Expression[]): Expression => ({ operator, inputs: [x], attributes: { axis: { int: -1 } } });
const binary =
  (operator: string) =>
  (_: unknown, args: readonly Expression[]): Expression =>
    apply(operator, ...args);

const RULES: { readonly [K in Recorded]: Rule<K> } = {
  constant: ([shape, numbers]) => ({ numbers, shape }),
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Mul'),
  div: binary('Div'),
  matmul: binary('MatMul'),
  scale: ([c], [x]) => apply('Mul', x, number(c)),
  shift: ([c], [x]) => apply('Add', x, number(c)),
  unary: ([f], [x]) => UNARY[f](x),
  permute: ([perm], [x]) => ({ operator: 'Transpose', inputs: [x], attributes: { perm: { ints: perm } } }),
  reshape: (_, [x], shape) => apply('Reshape', x, integers(...shape)),
  repeatLeading: (_, [x], shape) => apply('Expand', x, integers(...shape)),
  sumLeading: (_, [x], shape, [from]) => sumOver([...Array(from.length - shape.length).keys()], x),
  repeatLast: (_, [x], shape, [from]) => apply('Expand', apply('Reshape', x, integers(...from, 1)), integers(...shape)),
  sumLast: (_, [x]) => sumOver([-1], x),
  slice: ([axis, from, to], [x]) => apply('Slice', x, integers(from), integers(to), integers(axis)),
  pad: ([axis, from, length], [x], shape, [before]) =>
    apply(
      'Pad',
      x,
      integers(...shape.map((_, i) => (i === axis ? from : 0)), ...shape.map((_, i) => (i === axis ? length - from - before[axis] : 0))),
    ),
  concat: ([axis], args) => ({ operator: 'Concat', inputs: args, attributes: { axis: { int: axis } } }),
  maxLast: (_, [x]) => ({ operator: 'ReduceMax', inputs: [x], attributes: { axes: { ints: [-1] }, keepdims: { int: 0 } } }),
  tag: (_, [x]) => x,
  softmax: lastAxis('Softmax'),
  logSoftmax: lastAxis('LogSoftmax'),
  gelu: (_, [x]) => UNARY.gelu(x),
  layerNorm: ([eps], args) => ({
    operator: 'LayerNormalization',
    inputs: args,
    attributes: { axis: { int: -1 }, epsilon: { float: eps } },
  }),
  linear: (_, [x, w, b]) => {
    const y = apply('MatMul', x, { operator: 'Transpose', inputs: [w], attributes: { perm: { ints: [1, 0] } } });
    return b === undefined ? y : apply('Add', y, b);
  },
};

const sumOver = (axes: readonly number[], x: Expression): Expression =>
  axes.length === 0 ? x : { operator: 'ReduceSum', inputs: [x, integers(...axes)], attributes: { keepdims: { int: 0 } } };

/** One recorded step in the operators of ONNX. */
export const expressionOf = (
  op: OpName,
  attrs: readonly unknown[],
  args: readonly Expression[],
  shape: Shape,
  shapes: readonly Shape[],
): Expression => (RULES[op as Recorded] as unknown as (...all: unknown[]) => Expression)(attrs, args, shape, shapes);
