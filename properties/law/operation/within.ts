import { OP_NAMES, type OpName } from '../../../src/core/language/signatures.ts';
import type { Law } from '../law.ts';
import { twoWays } from './two-ways.ts';

const law = (op: OpName): Law => ({
  name: `within: ${op}`,
  statement: `o.within(name).${op} = o.${op}: inside a part of a model an operation is what it is outside`,
  exact: 'reference',
  claims: twoWays(op, (o) => o.within('blocks.0').within('mlp')),
});

/** What an implementation has replaced is replaced everywhere: in every part of a model too. */
export const withinLaws: readonly Law[] = OP_NAMES.map(law);
