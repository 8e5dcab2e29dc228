import { call, type OpName } from '../src/core/uniform.ts';
import { calls, OPERATIONS } from './calls.ts';
import type { Implementation } from './implementation.ts';
import type { Law, Side } from './law.ts';
import { inOrder, numbered } from './program.ts';
import { draw } from './recipe.ts';

const law = (other: Implementation, op: OpName): Law => ({
  name: `${op} agrees with ${other.name}`,
  statement: `${op} is ${other.name}'s ${op}, within the errors of both`,
  exact: 'reference',
  claims: calls(op).map(({ attrs, args }) => {
    const side: Side = {
      inputs: numbered(args.map(draw)),
      program: (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) }),
    };
    return { recipe: { op, attrs, args }, left: side, right: { ...side, by: other } };
  }),
});

/**
 * Every operation gives what another implementation gives: bit for bit where both claim the reference's order, elsewhere within the
 * sum of both bounds. One law an operation, about the arguments that `calls` draws.
 *
 * @example
 * const as = (name, ops) => interpreter({ name, ops, read: (t) => t, bound: proved(FLOAT64) });
 * const law = agreementLaws(as('theirs', reference)).find(({ name }) => name === 'gelu agrees with theirs');
 * await check(law, as('mine', { ...reference, gelu: (x) => reference.unary('erf', x) })) // { holds: false, … }
 */
export const agreementLaws = (other: Implementation): readonly Law[] => OPERATIONS.map((op) => law(other, op));
