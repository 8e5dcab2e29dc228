import { call, OP_NAMES, type OpName } from '../../../src/core/language/signatures.ts';
import { callSpecs } from '../../call-spec.ts';
import { inOrder, numbered } from '../../formulas.ts';
import { drawTensor } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

const law = (op: OpName): Law => ({
  name: `within: ${op}`,
  statement: `o.within(name).${op} = o.${op}: inside a part of a model an operation is what it is outside`,
  exact: 'reference',
  claims: callSpecs(op).map(({ attrs, args }) =>
    equation({
      spec: { op, attrs, args },
      inputs: numbered(args.map(drawTensor)),
      left: (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) }),
      right: (o, inputs) => ({ y: call(o.within('blocks.0').within('mlp'), op, attrs, inOrder(inputs)) }),
    }),
  ),
});

/** What an implementation has replaced is replaced everywhere: in every part of a model too. */
export const withinLaws: readonly Law[] = OP_NAMES.map(law);
