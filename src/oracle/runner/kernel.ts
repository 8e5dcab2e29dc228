import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic } from '../../core/engine/arithmetic.ts';
import type { Tensors } from '../../core/engine/engine.ts';
import { operationNamed } from '../../core/oracle/request/operation-table.ts';
import type { AttributesOf, CheckedName, InputsOf, OutputsOf } from '../../core/oracle/request/operation-types.ts';
import type { Shaped } from '../../core/tensor/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { lentInputs } from './lent-inputs.ts';
import { runUntrusted } from './run-untrusted.ts';
import type { CaseRunner } from './runner.ts';

/** What a kernel gives for one output: its numbers in whatever array holds them. */
export interface KernelOutput extends Shaped {
  readonly data: ArrayLike<number>;
}

type Any = Readonly<Record<string, KernelOutput>>;
/** `Known` where it is known which operation it is, else `Unknown`. */
type KnownOf<N extends CheckedName, Known, Unknown> = [CheckedName] extends [N] ? Unknown : Known;

/**
 * One operation as a function of its tensors and attributes, named as in the table of operations; defaults are filled in. It gives
 * the outputs by name: `y`, or `dx`, `dw` … of a gradient. Where it gives taps by name as well, a failure is found among them.
 * `Kernel<'layernorm'>` is given `x`, `g`, `b` and `eps`; `Kernel` is one of an operation that is only known when it runs.
 */
export type Kernel<N extends CheckedName = CheckedName> = (
  inputs: KnownOf<N, InputsOf<N, Tensor>, Tensors>,
  attributes: KnownOf<N, AttributesOf<N>, Readonly<Record<string, unknown>>>,
) => KnownOf<N, OutputsOf<N, KernelOutput>, Any> | Promise<KnownOf<N, OutputsOf<N, KernelOutput>, Any>>;

/** A runner of cases of one operation on a kernel, which computes in this arithmetic, and perhaps promises the same bits for the same inputs. */
export const kernelRunner = (op: string, kernel: Kernel, arithmetic: Arithmetic, deterministic: boolean): CaseRunner => {
  const { lend, untouched } = lentInputs('the kernel');
  return {
    arithmetic,
    deterministic,
    run: async ({ spec, given }) => {
      const attributes = operationNamed(op)?.completed(spec.attrs) ?? E.left(`unknown operation ${op}`);
      if (E.isLeft(attributes)) return attributes;
      return runUntrusted(async () =>
        E.right(await lend(given, (lent) => kernel(lent, attributes.right as Readonly<Record<string, unknown>>))),
      );
    },
    untouched,
    describe: () => 'a kernel',
    dispose: () => {},
  };
};
