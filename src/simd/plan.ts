import { type CompileOptions, type EngineError, engineError, type Plan, stateProblem, type Tensors } from '../core/engine.ts';
import { type Program, record } from '../core/interpret/record.ts';
import type { Computation } from '../core/ops.ts';
import { type Shape, sameShape, showShape, size } from '../core/shape.ts';
import { adopt, ShapeError, type Tensor } from '../core/tensor.ts';
import { addBuffer, type Builder, builder, contiguous, elementwise, fresh } from './builder.ts';
import { COMMAND_BYTES, STAGE_BYTES, type Stage, writeCommand } from './command.ts';
import * as code from './kernels/operations.ts';
import { lower } from './lower.ts';
import { layOut, type Memory, type MemoryReport } from './memory.ts';
import type { Dtype } from './modules.ts';
import { type Numbers, upload, uploadPacked } from './upload.ts';
import { type View, wholeView } from './view.ts';

/** A plan of this engine: also says what memory it has, and for what. */
export interface SimdPlan extends Plan {
  readonly memory: MemoryReport;
  /** Kernels called in a run, and stages they are in: between two stages all threads meet. */
  readonly kernels: number;
  readonly stages: number;
}

/** An input of a plan. */
interface Input {
  readonly shape: Shape;
  readonly buffer: number;
  /** Whether it stays between runs. */
  readonly stays: boolean;
}

/** A program lowered and laid out, before any memory is allocated. */
export interface Blueprint {
  readonly dtype: Dtype;
  readonly builder: Builder;
  readonly memory: Memory;
  readonly inputs: Readonly<Record<string, Input>>;
  /** What a run gives back. */
  readonly outputs: Readonly<Record<string, View>>;
  /** What replaces each input that is state. */
  readonly state: Readonly<Record<string, View>>;
}

/** For which kernels a plan is. */
interface Kind {
  readonly dtype: Dtype;
  readonly threads: number;
  /** Whether their f32 products and sums are fused. */
  readonly fused: boolean;
}

/** Plan a program: what to run, and where everything lies. Throws `ShapeError`. */
export const blueprint = (
  { dtype, threads, fused }: Kind,
  computation: Computation,
  shapes: Readonly<Record<string, Shape>>,
  { resident = [], state = {} }: CompileOptions,
): Blueprint => {
  const b = builder(dtype === 'f64' ? 8 : 4, threads, fused);
  const program: Program = record(computation, shapes);
  const problem = stateProblem(
    state,
    shapes,
    mapped(program.outputs, (step) => program.steps[step]),
  );
  if (problem !== undefined) throw new ShapeError('compile', problem);
  const inputs: Record<string, Input> = {};
  const views = lower(b, program, (name, shape) => {
    const kind = name in state ? 'state' : resident.includes(name) ? 'resident' : 'input';
    const buffer = addBuffer(b, { kind, name }, size(shape));
    inputs[name] = { shape, buffer, stays: kind !== 'input' };
    return wholeView(buffer, shape);
  });
  const results = mapped(program.outputs, (step) => contiguous(b, views[step]));
  const next = mapped(state, (output) => ofItsOwn(b, results[output]));
  const carried = Object.values(state);
  const outputs = Object.fromEntries(Object.entries(results).filter(([name]) => !carried.includes(name)));
  return { dtype, builder: b, memory: layOut(b, [...Object.values(outputs), ...Object.values(next)]), inputs, outputs, state: next };
};

const mapped = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

/** A value in a buffer that no state lies in: what replaces one state must not change while another is replaced. */
const ofItsOwn = (b: Builder, a: View): View =>
  b.buffers[a.buffer].content.kind === 'state' ? elementwise(b, code.COPY, fresh(b, a.shape), a) : a;

/** The problem with the shapes of a program, as an error of the engine. */
export const shapeProblem = (error: unknown): EngineError => {
  if (error instanceof ShapeError) return engineError('compile', error.message);
  throw error;
};

/** Numbers at a place of a memory. */
export const numbersAt = (dtype: Dtype, memory: WebAssembly.Memory, at: number, count: number): Numbers =>
  dtype === 'f64' ? new Float64Array(memory.buffer, at, count) : new Float32Array(memory.buffer, at, count);

/** Write the commands, stages, tables and constants of a plan into its memory. */
export const writePlan = ({ dtype, builder: b, memory: { commands, stages, buffers } }: Blueprint, memory: WebAssembly.Memory): void => {
  const view = new DataView(memory.buffer);
  view.setUint32(0, 0, true);
  let command = commands;
  b.stages.forEach((stage: Stage, i) => {
    const at = stages + i * STAGE_BYTES;
    view.setUint32(at, command, true);
    view.setUint32(at + 4, stage.commands.length, true);
    view.setUint32(at + 8, stage.tasks, true);
    for (const one of stage.commands) {
      writeCommand(view, command, one, ({ buffer, offset }) => buffers[buffer] + offset * b.number);
      command += COMMAND_BYTES;
    }
  });
  b.buffers.forEach(({ content }, i) => {
    if (buffers[i] < 0) return;
    if (content.kind === 'table') new Uint32Array(memory.buffer, buffers[i], content.data.length).set(content.data);
    if (content.kind === 'constant') upload(numbersAt(dtype, memory, buffers[i], content.data.length), content.data);
    if (content.kind === 'packed') {
      const { content: source } = b.buffers[content.of];
      if (source.kind === 'constant') uploadPanels(b, dtype, memory, buffers[i], i, source.data);
    }
  });
};

const uploadPanels = (b: Builder, dtype: Dtype, memory: WebAssembly.Memory, at: number, buffer: number, data: Tensor['data']): void => {
  const { content, bytes } = b.buffers[buffer];
  if (content.kind === 'packed') uploadPacked(numbersAt(dtype, memory, at, bytes / b.number), data, content.matrix, 32 / b.number);
};

/** Put given inputs where the plan wants them: as they are, in panels, or both. */
export const writeInputs = (
  { dtype, builder: b, memory: { buffers }, inputs }: Blueprint,
  memory: WebAssembly.Memory,
  given: Tensors,
): void => {
  for (const [name, { buffer, shape }] of Object.entries(inputs)) {
    const tensor = given[name];
    if (tensor === undefined) continue;
    if (buffers[buffer] >= 0) upload(numbersAt(dtype, memory, buffers[buffer], size(shape)), tensor.data);
    b.buffers.forEach(({ content }, i) => {
      if (content.kind === 'packed' && content.of === buffer && buffers[i] >= 0) uploadPanels(b, dtype, memory, buffers[i], i, tensor.data);
    });
  }
};

/** What is wrong with the inputs of a run; `known` are those that stay and were given before. */
export const inputProblem = ({ inputs }: Blueprint, given: Tensors, known: ReadonlySet<string>): string | undefined => {
  for (const [name, { shape, stays }] of Object.entries(inputs)) {
    const tensor = given[name];
    if (tensor === undefined && !(stays && known.has(name)))
      return `input ${name} ${showShape(shape)} is missing${stays ? ': it stays between runs, but the first one needs it' : ''}`;
    if (tensor !== undefined && !sameShape(tensor.shape, shape))
      return `input ${name} is ${showShape(tensor.shape)}, but the program was compiled for ${showShape(shape)}`;
  }
  return undefined;
};

/** Read the outputs of a run. */
export const readOutputs = ({ dtype, builder: b, memory: { buffers }, outputs }: Blueprint, memory: WebAssembly.Memory): Tensors =>
  mapped(outputs, ({ shape, buffer, offset }) => read(dtype, memory, buffers[buffer] + offset * b.number, shape));

const read = (dtype: Dtype, memory: WebAssembly.Memory, at: number, shape: Shape): Tensor =>
  adopt([...shape], new Float64Array(numbersAt(dtype, memory, at, size(shape))));

/** Put the state that a run has computed where the next one reads it. */
export const replaceState = ({ builder: b, memory: { buffers }, inputs, state }: Blueprint, memory: WebAssembly.Memory): void => {
  const bytes = new Uint8Array(memory.buffer);
  for (const [name, { shape, buffer, offset }] of Object.entries(state)) {
    const from = buffers[buffer] + offset * b.number;
    bytes.copyWithin(buffers[inputs[name].buffer], from, from + size(shape) * b.number);
  }
};

/** Read state as it is. */
export const readState = (
  { dtype, memory: { buffers }, inputs }: Blueprint,
  memory: WebAssembly.Memory,
  names: readonly string[],
): Tensors => Object.fromEntries(names.map((name) => [name, read(dtype, memory, buffers[inputs[name].buffer], inputs[name].shape)]));
