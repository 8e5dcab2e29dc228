import type { Instruction, RecordedProgram } from '../../core/interpret/record.ts';
import type { Unary } from '../../core/language/ops.ts';
import type { Attributes, OpName } from '../../core/language/signatures.ts';
import { last, lastTwoSwapped, type Shape, size } from '../../core/tensor/shape.ts';
import type { Floats } from '../../core/tensor/tensor.ts';
import { permuteView, repeatLastView, repeatLeadingView, sliceView } from '../../core/tensor/view.ts';
import * as code from '../kernels/operations.ts';
import { attention } from './attention.ts';
import { type BufferView, bufferView } from './buffer-view.ts';
import { addBuffer, type Builder, elementwise, fresh, reshaped } from './builder.ts';
import { fusion } from './fusion.ts';
import { type Epilogue, product } from './product.ts';
import { layerNorm, logSoftmax, maxRows, softmax, sumLeading, sumRows } from './rows.ts';

type Rule<A> = (b: Builder, attrs: A, args: readonly BufferView[], shape: Shape) => BufferView;

const binary =
  (kind: number): Rule<readonly []> =>
  (b, _, [x, y], shape) =>
    elementwise(b, kind, fresh(b, shape), x, y);

/** Whether a factor keeps its precision in the numbers of a plan. */
const holds = (b: Builder, c: number): boolean =>
  b.number === 8 || c === 0 || !Number.isFinite(c) || (Math.abs(c) >= 2 ** -126 && Math.abs(c) < 2 ** 127);

/** `c · x`: a factor that float32 could not hold to its precision goes in steps of powers of two, which lose nothing. */
const scaled = (b: Builder, c: number, x: BufferView): BufferView => {
  const times = (factor: number): BufferView => elementwise(b, code.SCALE, fresh(b, x.shape), x, undefined, factor);
  if (holds(b, c)) return times(c);
  const step = Math.abs(c) < 1 ? 2 ** -64 : 2 ** 64;
  return scaled(b, c / step, times(step));
};

/** The numbers that `kernels/math/elementary.ts` knows the scalar functions by: where `kernels/operations.ts` lacks one, this does not compile. */
const NUMBERS: { readonly [F in Uppercase<Unary>]: number } = code;
const unary = (b: Builder, f: Unary, x: BufferView): BufferView =>
  elementwise(b, code.UNARY_FIRST + NUMBERS[f.toUpperCase() as Uppercase<Unary>], fresh(b, x.shape), x);

const swapped = (a: BufferView): BufferView => permuteView(lastTwoSwapped(a.shape.length), a);

/** `x wᵀ`, with what follows it, in the shape of the layer's result. */
const linear = (b: Builder, x: BufferView, w: BufferView, epilogue: Epilogue): BufferView => {
  const count = size(x.shape.slice(0, -1));
  const y = product(b, reshaped(b, [count, last(x.shape)], x), swapped(w), epilogue);
  return reshaped(b, [...x.shape.slice(0, -1), w.shape[0]], y);
};

/** Put `parts` where they belong on `axis` of a new value. */
const joined = (b: Builder, shape: Shape, axis: number, parts: readonly BufferView[]): BufferView => {
  const out = fresh(b, shape);
  parts.reduce((start, part) => {
    elementwise(b, code.COPY, sliceView(axis, start, start + part.shape[axis], out), part);
    return start + part.shape[axis];
  }, 0);
  return out;
};

/** One rule an operation: a missing rule does not compile. */
const RULES: { readonly [K in OpName]: Rule<Attributes[K]> } = {
  constant: (b, [shape, data]) => bufferView(addBuffer(b, { kind: 'constant', data: data as Floats }, size(shape)), shape),
  add: binary(code.ADD),
  sub: binary(code.SUB),
  mul: binary(code.MUL),
  div: binary(code.DIV),
  scale: (b, [c], [x]) => scaled(b, c, x),
  shift: (b, [c], [x], shape) => elementwise(b, code.SHIFT, fresh(b, shape), x, undefined, c),
  unary: (b, [f], [x]) => unary(b, f, x),
  gelu: (b, _, [x]) => unary(b, 'gelu', x),
  matmul: (b, _, [x, y]) => product(b, x, y),
  permute: (_b, [perm], [x]) => permuteView(perm, x),
  reshape: (b, [shape], [x]) => reshaped(b, shape, x),
  repeatLeading: (_b, [shape], [x]) => repeatLeadingView(shape, x),
  sumLeading: (b, [shape], [x]) => sumLeading(b, shape, x),
  repeatLast: (_b, [n], [x]) => repeatLastView(n, x),
  sumLast: (b, _, args) => sumRows(b, args, 1),
  mean: (b, _, args) => sumRows(b, args, 1 / last(args[0].shape)),
  maxLast: (b, _, args) => maxRows(b, args, 0),
  slice: (_b, [axis, from, to], [x]) => sliceView(axis, from, to, x),
  pad: (b, [axis, from, length], [x], shape) => {
    const out = fresh(b, shape);
    const end = from + x.shape[axis];
    elementwise(b, code.FILL, sliceView(axis, 0, from, out), undefined, undefined, 0);
    elementwise(b, code.COPY, sliceView(axis, from, end, out), x);
    elementwise(b, code.FILL, sliceView(axis, end, length, out), undefined, undefined, 0);
    return out;
  },
  concat: (b, [axis], parts, shape) => joined(b, shape, axis, parts),
  tag: (_b, _name, [x]) => x,
  softmax: (b, _, args) => softmax(b, args, 0),
  logSoftmax: (b, _, args) => logSoftmax(b, args, 0),
  layerNorm: (b, [eps], args) => layerNorm(b, args, eps),
  linear: (b, _, [x, w, bias]) => linear(b, x, w, bias === undefined ? {} : { bias }),
  attention: (b, [scale], [q, k, v]) =>
    holds(b, scale) ? attention(b, scale, q, k, v) : product(b, softmax(b, [scaled(b, scale, product(b, q, swapped(k)))], 0), v),
};

/**
 * Write a program as stages of commands: where each value of it lies afterwards, by the number of its step. Steps that only look at a value
 * differently cost nothing; products of matrices take GELU and additions with them.
 */
export const lower = (b: Builder, program: RecordedProgram, input: (name: string, shape: Shape) => BufferView): readonly BufferView[] => {
  const { doneBy, does } = fusion(program);
  const views: BufferView[] = [];
  const finished = (step: Instruction, epilogue: Epilogue, shape: Shape): BufferView => {
    const [x, y, bias] = step.args.map((arg) => views[arg]);
    const full: Epilogue = bias === undefined ? epilogue : { ...epilogue, bias };
    return reshaped(b, shape, step.op === 'linear' ? linear(b, x, y, full) : product(b, x, y, full));
  };
  program.instructions.forEach((step, i) => {
    const fused = does.get(i);
    if (step.op === 'input') views.push(input(step.attrs[0] as string, step.shape));
    else if (fused !== undefined) {
      const epilogue = fused.other === undefined ? { gelu: true } : { residual: views[fused.other] };
      views.push(finished(program.instructions[fused.product], epilogue, step.shape));
    } else if (doneBy.has(i)) {
      // Nobody looks at it before the step that does it.
      views.push({ shape: step.shape, buffer: -1, offset: 0, strides: [] });
    } else if ((step.op === 'tag' || step.op === 'reshape') && views[step.args[0]].buffer < 0)
      views.push({ ...views[step.args[0]], shape: step.shape });
    else {
      const rule = RULES[step.op] as Rule<readonly unknown[]>;
      views.push(rule(b, step.attrs, step.args.map((arg) => views[arg]), step.shape)); // biome-ignore format: one line
    }
  });
  return views;
};
