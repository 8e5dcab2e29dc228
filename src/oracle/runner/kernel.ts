import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic, Tensors } from '../../core/engine/engine.ts';
import { operationNamed } from '../../core/oracle/request/table.ts';
import type { Shaped } from '../../core/tensor/shape.ts';
import { adopt } from '../../core/tensor/tensor.ts';
import { lentInputs } from './lent-inputs.ts';
import { runUntrusted } from './run-untrusted.ts';
import type { CaseRunner } from './runner.ts';

/** What a kernel gives for one output: its numbers in whatever array holds them. */
export interface KernelOutput extends Shaped {
  readonly data: ArrayLike<number>;
}

/**
 * One operation as a function of its tensors and attributes, named as in the table of operations; defaults are filled in. It gives
 * the outputs by name: `y`, or `dx`, `dw` … of a gradient. Where it gives taps by name as well, a failure is found among them.
 */
export type Kernel<A extends object = Readonly<Record<string, unknown>>> = (
  inputs: Tensors,
  attributes: A,
) => Readonly<Record<string, KernelOutput>> | Promise<Readonly<Record<string, KernelOutput>>>;

/** A runner of cases of one operation on a kernel, which computes in this arithmetic. */
export const kernelRunner = <A extends object>(op: string, kernel: Kernel<A>, arithmetic: Arithmetic): CaseRunner => {
  const { lend, untouched } = lentInputs('the kernel');
  return {
    arithmetic,
    run: async ({ spec, given }) => {
      const attributes = operationNamed(op)?.completed(spec.attrs) ?? E.left(`unknown operation ${op}`);
      if (E.isLeft(attributes)) return attributes;
      const outputs = await runUntrusted(async () => E.right(await lend(given, (lent) => kernel(lent, attributes.right as A))));
      return E.map((got: Tensors) =>
        Object.fromEntries(Object.entries(got).map(([name, { shape, data }]) => [name, adopt(shape, Float64Array.from(data))])),
      )(outputs);
    },
    untouched,
    describe: () => 'a kernel',
    dispose: () => {},
  };
};
