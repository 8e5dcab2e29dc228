import type fc from 'fast-check';
import type { Ops } from '../../../src/core/language/ops.ts';
import { call, type OpName } from '../../../src/core/language/signatures.ts';
import type { Shaped } from '../../../src/core/tensor/shape.ts';
import { callSpecs } from '../../call-spec.ts';
import { inOrder, numbered } from '../../formulas.ts';
import { drawTensor } from '../../tensor-spec.ts';
import { type Claim, equation } from '../law.ts';

/** Claims that an operation gives the same in an interpreter and in what `other` makes of it. */
export const twoWays = (op: OpName, other: <T extends Shaped>(o: Ops<T>) => Ops<T>): fc.Arbitrary<Claim> =>
  callSpecs(op).map(({ attrs, args }) =>
    equation({
      spec: { op, attrs, args },
      inputs: numbered(args.map(drawTensor)),
      left: (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) }),
      right: (o, inputs) => ({ y: call(other(o), op, attrs, inOrder(inputs)) }),
    }),
  );
