import type { Arithmetic } from '../../core/engine/arithmetic.ts';
import type { CheckedName } from '../../core/oracle/request/operation-types.ts';
import type { OperationReport } from '../report/records.ts';
import { type Kernel, kernelRunner } from '../runner/kernel.ts';
import { refused } from './check.ts';
import { runCases } from './run-cases.ts';
import { secretSeed } from './secret-seed.ts';

/** What to hold a kernel to. */
export interface KernelOptions {
  /** How it computes: `FLOAT32` or `FLOAT64`, or one of its own. */
  readonly arithmetic: Arithmetic;
  /** How many cases. @defaultValue as many as show every known mistake, `defaultCount(op)` */
  readonly cases?: number;
  /** What they are drawn from; `'random'` is a seed that nobody knows before, and that the report names. @defaultValue 1 */
  readonly seed?: number | 'random';
  /** Whether it promises the same bits for the same inputs: others are then a failure. @defaultValue false: they are told */
  readonly deterministic?: boolean;
  /** How many milliseconds to look for the smallest case that fails as the first did. @defaultValue 5000 */
  readonly shrink?: number;
}

/**
 * One kernel, however much it does at once: every case of its operation is put to it, and held against the proved bound, as
 * `checkOperation` does with an engine. One that throws, or gives no tensors, gets the verdict `error`.
 *
 * @param op the operation, or `X.vjp` for its gradient; a name that is only known when it runs is one by `isCheckedName`.
 * @example
 * const gelu = ({ x }) => ({ y: { shape: x.shape, data: Array.from(x.data, (v) => v / (1 + Math.exp(-1.702 * v))) } });
 * checkKernel('gelu', gelu, { arithmetic: FLOAT64 }).then((report) => failureLines(report)[0])
 * // 'gelu: FAIL, matches quick-gelu (GELU as x·sigmoid(1.702 x))'
 */
export const checkKernel = <N extends CheckedName>(op: N, kernel: Kernel<NoInfer<N>>, options: KernelOptions): Promise<OperationReport> => {
  const { arithmetic, cases, seed = 1, deterministic = false, shrink = 5000 } = options ?? ({} as KernelOptions);
  const runner = kernelRunner(op, kernel as unknown as Kernel, arithmetic, deterministic);
  return runCases(
    runner,
    op,
    { ...(cases === undefined ? {} : { cases }), seed: seed === 'random' ? secretSeed() : seed, shrink },
    refused(arithmetic, {}, op),
  );
};
