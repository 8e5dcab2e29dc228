import { type EngineError, engineError, type Plan, type Tensors } from '../core/engine.ts';
import { type Program, record } from '../core/interpret/record.ts';
import type { Computation } from '../core/ops.ts';
import { type Shape, sameShape, showShape, size } from '../core/shape.ts';
import { adopt, ShapeError, type Tensor } from '../core/tensor.ts';
import { addBuffer, type Builder, builder, contiguous } from './builder.ts';
import { COMMAND_BYTES, STAGE_BYTES, type Stage, writeCommand } from './command.ts';
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

/** A program lowered and laid out, before any memory is allocated. */
export interface Blueprint {
  readonly dtype: Dtype;
  readonly builder: Builder;
  readonly memory: Memory;
  /** Inputs that a run needs, by name, with whether they stay between runs. */
  readonly inputs: Readonly<Record<string, { readonly shape: Shape; readonly buffer: number; readonly resident: boolean }>>;
  readonly outputs: Readonly<Record<string, View>>;
}

/** Plan a program: what to run, and where everything lies. */
export const blueprint = (
  dtype: Dtype,
  threads: number,
  computation: Computation,
  shapes: Readonly<Record<string, Shape>>,
  resident: readonly string[],
): Blueprint => {
  const b = builder(dtype === 'f64' ? 8 : 4, threads);
  const program: Program = record(computation, shapes);
  const inputs: Record<string, { shape: Shape; buffer: number; resident: boolean }> = {};
  const views = lower(b, program, (name, shape) => {
    const stays = resident.includes(name);
    const buffer = addBuffer(b, { kind: stays ? 'resident' : 'input', name }, size(shape));
    inputs[name] = { shape, buffer, resident: stays };
    return wholeView(buffer, shape);
  });
  const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, step]) => [name, contiguous(b, views[step])]));
  return { dtype, builder: b, memory: layOut(b, Object.values(outputs)), inputs, outputs };
};

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

/** What is wrong with the inputs of a run; `known` are the resident ones given before. */
export const inputProblem = ({ inputs }: Blueprint, given: Tensors, known: ReadonlySet<string>): string | undefined => {
  for (const [name, { shape, resident }] of Object.entries(inputs)) {
    const tensor = given[name];
    if (tensor === undefined && !(resident && known.has(name)))
      return `input ${name} ${showShape(shape)} is missing${resident ? ': it stays between runs, but the first one needs it' : ''}`;
    if (tensor !== undefined && !sameShape(tensor.shape, shape))
      return `input ${name} is ${showShape(tensor.shape)}, but the program was compiled for ${showShape(shape)}`;
  }
  return undefined;
};

/** Read the outputs of a run. */
export const readOutputs = ({ dtype, builder: b, memory: { buffers }, outputs }: Blueprint, memory: WebAssembly.Memory): Tensors =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, { shape, buffer, offset }]) => [
      name,
      adopt([...shape], new Float64Array(numbersAt(dtype, memory, buffers[buffer] + offset * b.number, size(shape)))),
    ]),
  );
