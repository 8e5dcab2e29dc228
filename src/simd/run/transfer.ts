import type { Tensors } from '../../core/engine/engine.ts';
import { type Shape, size } from '../../core/tensor/shape.ts';
import { adopt, type Tensor } from '../../core/tensor/tensor.ts';
import type { Builder } from '../compile/builder.ts';
import { type Stage, writeCommand } from '../compile/command.ts';
import type { CompiledPlan } from '../compile/compile-plan.ts';
import * as layout from '../kernels/layout.ts';
import type { SimdDType } from '../modules.ts';
import { type Numbers, upload, uploadPacked } from './upload.ts';

/** Numbers at a place of a memory. */
const numbersAt = (dtype: SimdDType, memory: WebAssembly.Memory, at: number, count: number): Numbers =>
  dtype === 'F64' ? new Float64Array(memory.buffer, at, count) : new Float32Array(memory.buffer, at, count);

/** Write the commands, stages, tables and constants of a plan into its memory. */
export const writePlan = ({ dtype, builder: b, memory: { commands, stages, buffers } }: CompiledPlan, memory: WebAssembly.Memory): void => {
  const view = new DataView(memory.buffer);
  view.setUint32(0, 0, true);
  let command = commands;
  b.stages.forEach((stage: Stage, i) => {
    const at = stages + i * layout.STAGE_BYTES;
    view.setUint32(at + 4 * layout.STAGE_FIRST_COMMAND, command, true);
    view.setUint32(at + 4 * layout.STAGE_COMMANDS, stage.commands.length, true);
    view.setUint32(at + 4 * layout.STAGE_TASKS, stage.tasks, true);
    for (const one of stage.commands) {
      writeCommand(view, command, one, ({ buffer, offset }) => buffers[buffer] + offset * b.number);
      command += layout.COMMAND_BYTES;
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

const uploadPanels = (b: Builder, dtype: SimdDType, memory: WebAssembly.Memory, at: number, buffer: number, data: Tensor['data']): void => {
  const { content, bytes } = b.buffers[buffer];
  if (content.kind === 'packed') uploadPacked(numbersAt(dtype, memory, at, bytes / b.number), data, content.matrix, 32 / b.number);
};

/** Put given inputs where the plan wants them: as they are, in panels, or both. */
export const writeInputs = (
  { dtype, builder: b, memory: { buffers }, inputs }: CompiledPlan,
  memory: WebAssembly.Memory,
  given: Tensors,
): void => {
  for (const [name, { buffer, shape }] of Object.entries(inputs)) {
    const tensor = Object.hasOwn(given, name) ? given[name] : undefined;
    if (tensor === undefined) continue;
    if (buffers[buffer] >= 0) upload(numbersAt(dtype, memory, buffers[buffer], size(shape)), tensor.data);
    b.buffers.forEach(({ content }, i) => {
      if (content.kind === 'packed' && content.of === buffer && buffers[i] >= 0) uploadPanels(b, dtype, memory, buffers[i], i, tensor.data);
    });
  }
};

/** Read the outputs of a run. */
export const readOutputs = ({ dtype, builder: b, memory: { buffers }, outputs }: CompiledPlan, memory: WebAssembly.Memory): Tensors =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, { shape, buffer, offset }]) => [
      name,
      read(dtype, memory, buffers[buffer] + offset * b.number, shape),
    ]),
  );

const read = (dtype: SimdDType, memory: WebAssembly.Memory, at: number, shape: Shape): Tensor =>
  adopt([...shape], new Float64Array(numbersAt(dtype, memory, at, size(shape))));

/** Put the state that a run has computed where the next one reads it. */
export const replaceState = ({ builder: b, memory: { buffers }, inputs, state }: CompiledPlan, memory: WebAssembly.Memory): void => {
  const bytes = new Uint8Array(memory.buffer);
  for (const [name, { shape, buffer, offset }] of Object.entries(state)) {
    const from = buffers[buffer] + offset * b.number;
    bytes.copyWithin(buffers[inputs[name].buffer], from, from + size(shape) * b.number);
  }
};

/** Read state as it is. */
export const readState = (
  { dtype, memory: { buffers }, inputs }: CompiledPlan,
  memory: WebAssembly.Memory,
  names: readonly string[],
): Tensors => Object.fromEntries(names.map((name) => [name, read(dtype, memory, buffers[inputs[name].buffer], inputs[name].shape)]));
