import { checkedProgram } from '../../core/engine/checked-program.ts';
import type { CompileOptions } from '../../core/engine/engine.ts';
import type { PlanInput } from '../../core/engine/input-problems.ts';
import type { RecordedProgram } from '../../core/interpret/record.ts';
import type { Program } from '../../core/language/ops.ts';
import { mapRecord } from '../../core/params/map-record.ts';
import { type Shape, size } from '../../core/tensor/shape.ts';
import * as code from '../kernels/operations.ts';
import type { SimdDType } from '../modules.ts';
import { type BufferView, bufferView } from './buffer-view.ts';
import { addBuffer, type Builder, builder, contiguous, elementwise, fresh } from './builder.ts';
import { lower } from './lower.ts';
import { layOut, type Memory } from './memory.ts';

/** An input of a plan, and where it lies. */
interface Input extends PlanInput {
  readonly buffer: number;
}

/** A program lowered and laid out, before any memory is allocated. */
export interface CompiledPlan {
  readonly dtype: SimdDType;
  readonly builder: Builder;
  readonly memory: Memory;
  readonly inputs: Readonly<Record<string, Input>>;
  /** What a run gives back. */
  readonly outputs: Readonly<Record<string, BufferView>>;
  /** What replaces each input that is state. */
  readonly state: Readonly<Record<string, BufferView>>;
}

/** For which kernels a plan is. */
interface Kind {
  readonly dtype: SimdDType;
  readonly threads: number;
  /** Whether their f32 products and sums are fused. */
  readonly fused: boolean;
}

/** Plan a program: what to run, and where everything lies. Throws `ShapeError`. */
export const compilePlan = (
  { dtype, threads, fused }: Kind,
  computation: Program,
  shapes: Readonly<Record<string, Shape>>,
  options: CompileOptions,
): CompiledPlan => {
  const program: RecordedProgram = checkedProgram(computation, shapes, options);
  const { resident = [], state = {} } = options;
  const b = builder(dtype === 'F64' ? 8 : 4, threads, fused);
  const inputs: Record<string, Input> = {};
  const views = lower(b, program, (name, shape) => {
    const kind = Object.hasOwn(state, name) ? 'state' : resident.includes(name) ? 'resident' : 'input';
    const buffer = addBuffer(b, { kind, name }, size(shape));
    inputs[name] = { shape, buffer, stays: kind !== 'input' };
    return bufferView(buffer, shape);
  });
  const results = mapRecord((step) => contiguous(b, views[step]), program.outputs);
  const next = mapRecord((output) => ofItsOwn(b, results[output]), state);
  const carried = Object.values(state);
  const outputs = Object.fromEntries(Object.entries(results).filter(([name]) => !carried.includes(name)));
  return { dtype, builder: b, memory: layOut(b, [...Object.values(outputs), ...Object.values(next)]), inputs, outputs, state: next };
};

/** A value in a buffer that no state lies in: what replaces one state must not change while another is replaced. */
const ofItsOwn = (b: Builder, a: BufferView): BufferView =>
  b.buffers[a.buffer].content.kind === 'state' ? elementwise(b, code.COPY, fresh(b, a.shape), a) : a;
