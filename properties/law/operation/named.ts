import { derive } from '../../../src/core/language/derive.ts';
import { NAMED, type NamedName } from '../../../src/core/language/signatures.ts';
import type { Law } from '../law.ts';
import { twoWays } from './two-ways.ts';

const law = (op: NamedName): Law => ({
  name: `own ${op} = derived ${op}`,
  statement: `${op} is what derive builds from the primitives`,
  exact: 'reference',
  claims: twoWays(op, (o) => ({ ...o, ...derive(o) })),
});

/** A named operation that an interpreter replaced by its own still means what `derive` says. */
export const namedLaws: readonly Law[] = NAMED.map(law);
