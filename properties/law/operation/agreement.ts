import { call, OP_NAMES, type OpName } from '../../../src/core/language/signatures.ts';
import { type DrawnAxes, EQUAL, LONG, UNLIKE } from '../../axes.ts';
import { callSpecs } from '../../call-spec.ts';
import { inOrder, numbered } from '../../formulas.ts';
import type { Implementation } from '../../implementation.ts';
import { drawTensor, TENSOR_FAMILIES } from '../../tensor-spec.ts';
import type { Law, Side } from '../law.ts';

interface Where {
  readonly axes: DrawnAxes;
  /** What the name of a law says of them. */
  readonly on: string;
  /** Which operations cannot be asked there. */
  readonly but?: readonly OpName[];
}
const EVERYWHERE: readonly Where[] = [
  { axes: UNLIKE, on: '' },
  // The numbers of a constant are part of its spec: too many to print.
  { axes: LONG, on: ' on long axes', but: ['constant'] },
  { axes: EQUAL, on: ' on equal axes' },
];

const law = (other: Implementation, op: OpName, { axes, on }: Where): Law => ({
  name: `${op}${on} agrees with ${other.name}`,
  statement: `${op} is ${other.name}'s ${op}, within the errors of both`,
  exact: 'reference',
  claims: callSpecs(op, TENSOR_FAMILIES, axes).map(({ attrs, args }) => {
    const side: Side = {
      inputs: numbered(args.map(drawTensor)),
      program: (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) }),
    };
    return { spec: { op, attrs, args }, left: side, right: { ...side, by: other } };
  }),
});

/**
 * Every operation gives what another implementation gives: bit for bit where both claim the reference's order, elsewhere within the
 * sum of both bounds. Three laws an operation: on short axes that all differ, on long ones, where a kernel works in blocks, and on
 * axes of equal length.
 *
 * @example
 * const as = (name, ops) => fromInterpreter({ name, ops, read: (t) => t, bound: proved(FLOAT64) });
 * const law = agreementLaws(as('theirs', reference)).find(({ name }) => name === 'gelu agrees with theirs');
 * await check(law, as('mine', { ...reference, gelu: (x) => reference.unary('erf', x) })) // { holds: false, … }
 */
export const agreementLaws = (other: Implementation): readonly Law[] =>
  EVERYWHERE.flatMap(({ but = [], ...where }) => OP_NAMES.filter((op) => !but.includes(op)).map((op) => law(other, op, where)));
