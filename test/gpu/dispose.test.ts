import { expect, it } from 'vitest';
import { record } from '../../src/core/interpret/record.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';
import { kernelProgram } from '../../src/gpu/engine.ts';
import { openDevice } from '../../src/gpu/run/device.ts';
import { type KernelPlan, planOn } from '../../src/gpu/run/plan.ts';
import { GPU, onEach } from '../support/engines.ts';
import { right } from '../support/right.ts';

const program: Program = (o, { x }) => ({ y: o.scale(2, o.softmax(x)) });
const x = tensor([1, 2], [3, 3]);
const ran = async (plan: KernelPlan): Promise<readonly number[]> => [...right(await plan.run({ x })()).y.data];

onEach(
  GPU,
  (name) => `what is disposed of leaves nothing in gpu.js: ${name}`,
  ({ mode }) => {
    it('though plans are made, run and disposed of between one another', async () => {
      const device = right(await openDevice(mode)());
      const before = device.gpu.kernels.length;
      const planned = async (): Promise<KernelPlan> =>
        right(await planOn(device, kernelProgram(record(program, { x: [1, 2] }), mode), { threads: false, fallback: false })());
      const [first, second, third] = [await planned(), await planned(), await planned()];
      expect(await Promise.all([ran(first), ran(second)])).toEqual([[1, 1], [1, 1]]); // biome-ignore format: one line
      first.dispose();
      expect(await ran(second)).toEqual([1, 1]);
      second.dispose();
      expect(await ran(third)).toEqual([1, 1]);
      third.dispose();
      await expect.poll(() => device.gpu.kernels.length).toBeLessThanOrEqual(before);
      device.dispose();
    });
  },
);
