import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic, Tensors } from '../../core/engine/engine.ts';
import { operationNamed } from '../../core/oracle/request/table.ts';
import type { Shaped } from '../../core/tensor/shape.ts';
import { adopt } from '../../core/tensor/tensor.ts';
import { refused } from '../check/check.ts';
import { runCases } from '../check/run-cases.ts';
import type { OperationReport } from '../report/records.ts';
import type { CaseRunner } from './case.ts';
import { lentInputs } from './lent-inputs.ts';
import { runUntrusted } from './run-untrusted.ts';

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

/** What to hold a kernel to. */
export interface KernelOptions {
  /** How it computes: `FLOAT32` or `FLOAT64` of `deit-oracle/properties`, or one of its own. */
  readonly arithmetic: Arithmetic;
  /** How many cases. @defaultValue 8 */
  readonly cases?: number;
  /** What they are drawn from. @defaultValue 1 */
  readonly seed?: number;
}

const kernelRunner = <A extends object>(op: string, kernel: Kernel<A>, arithmetic: Arithmetic): CaseRunner => {
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

/**
 * One kernel, however much it does at once: every case of its operation is put to it, and held against the proved bound, as
 * `checkOperation` does with an engine. One that throws, or gives no tensors, gets the verdict `error`.
 *
 * @param op the operation, or `X.vjp` for its gradient.
 * @example
 * import { FLOAT64 } from 'deit-oracle/properties';
 * const gelu = ({ x }) => ({ y: { shape: x.shape, data: Array.from(x.data, (v) => v / (1 + Math.exp(-1.702 * v))) } });
 * checkKernel('gelu', gelu, { arithmetic: FLOAT64 }).then((report) => failureLines(report)[0])
 * // 'gelu: FAIL, matches quick-gelu (GELU as x·sigmoid(1.702 x))'
 */
export const checkKernel = <A extends object = Readonly<Record<string, unknown>>>(
  op: string,
  kernel: Kernel<A>,
  { arithmetic, cases = 8, seed = 1 }: KernelOptions,
): Promise<OperationReport> => runCases(kernelRunner(op, kernel, arithmetic), op, { cases, seed }, refused(arithmetic, {}, op));
