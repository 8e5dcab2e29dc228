import { derive } from '../../../src/core/language/derive.ts';
import type { Ops } from '../../../src/core/language/ops.ts';
import { call, NAMED, type NamedName } from '../../../src/core/language/signatures.ts';
import type { Shaped } from '../../../src/core/tensor/shape.ts';
import { callSpecs } from '../../call-spec.ts';
import { inOrder, numbered } from '../../formulas.ts';
import { drawTensor } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

const derived = <T extends Shaped>(o: Ops<T>): Ops<T> => ({ ...o, ...derive(o) });

const law = (op: NamedName): Law => ({
  name: `own ${op} = derived ${op}`,
  statement: `${op} is what derive builds from the primitives`,
  exact: 'reference',
  claims: callSpecs(op).map(({ attrs, args }) =>
    equation({
      spec: { op, attrs, args },
      inputs: numbered(args.map(drawTensor)),
      left: (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) }),
      right: (o, inputs) => ({ y: call(derived(o), op, attrs, inOrder(inputs)) }),
    }),
  ),
});

/** A named operation that an interpreter replaced by its own still means what `derive` says. */
export const namedLaws: readonly Law[] = NAMED.map(law);
