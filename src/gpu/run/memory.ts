import { size } from '../../core/tensor/shape.ts';
import { mebibytes } from '../../core/text/bytes.ts';
import type { KernelProgram, KernelSource } from '../codegen/kernel-program.ts';
import type { Device } from './device.ts';

/** Bytes of a plan. */
export interface Memory {
  /** Inputs and constants. */
  readonly stored: number;
  /** Results of steps; one that is no longer needed gives its place to another of the same shape, as in gpu.js. */
  readonly steps: number;
  /** The largest single buffer. */
  readonly largest: number;
}

const bytes = (shape: readonly number[]): number => 4 * size(shape);

/** What the kernels of a program will need, before anything is allocated. */
export const memoryOf = ({ steps, stored, outputs }: KernelProgram): Memory => {
  const end = steps.map((_, i) => i);
  steps.forEach((step, i) => {
    for (const value of step.reads) if ('step' in value) end[value.step] = i;
  });
  for (const { step } of Object.values(outputs)) end[step] = steps.length;
  const slots: { output: KernelSource['output']; until: number }[] = [];
  steps.forEach(({ kernel: { output } }, i) => {
    const free = slots.find((slot) => slot.until < i && slot.output.join() === output.join());
    if (free === undefined) slots.push({ output, until: end[i] });
    else free.until = end[i];
  });
  const all = [...stored.map(({ shape }) => bytes(shape)), ...slots.map(({ output }) => bytes(output))];
  return {
    stored: stored.reduce((n, { shape }) => n + bytes(shape), 0),
    steps: slots.reduce((n, { output }) => n + bytes(output), 0),
    largest: Math.max(0, ...all),
  };
};

/** Why the plan does not fit the device, before anything is allocated. */
export const tooLarge = (program: KernelProgram, device: Device): string | undefined => {
  const { stored, steps, largest } = memoryOf(program);
  if (largest > device.largestBuffer)
    return `a tensor of ${mebibytes(largest)} is over the ${mebibytes(device.largestBuffer)} that ${device.name} allows in one buffer; use a smaller batch`;
  if (stored + steps > device.memory)
    return `the plan needs ${mebibytes(stored + steps)}, over the ${mebibytes(device.memory)} of ${device.name}; use a smaller batch`;
  return undefined;
};
