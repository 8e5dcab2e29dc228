import { record, replay } from '../src/core/interpret/record.ts';
import { problems, shape, sketch } from '../src/core/interpret/shape.ts';
import { trace, untraced } from '../src/core/interpret/trace.ts';
import type { Computation } from '../src/core/ops.ts';
import type { Shape } from '../src/core/shape.ts';
import { call, type OpName } from '../src/core/uniform.ts';
import { type Call, calls, OPERATIONS } from './calls.ts';
import { equation, type Law } from './law.ts';
import { filled, inOrder, numbered } from './program.ts';
import { draw } from './recipe.ts';

const program =
  ({ op, attrs }: Pick<Call, 'op' | 'attrs'>): Computation =>
  (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) });
const shapesOf = (args: Call['args']): Readonly<Record<string, Shape>> => Object.fromEntries(args.map((a, i) => [`x${i}`, a.shape]));

interface Rewriting {
  readonly name: string;
  readonly statement: (op: OpName) => string;
  readonly exact: Law['exact'];
  readonly left: (c: Call) => Computation;
  readonly right: (c: Call) => Computation;
}

/** What must make no difference. */
const REWRITINGS: readonly Rewriting[] = [
  {
    name: 'replay of',
    statement: (op) => `replay(record(${op})) = ${op}`,
    exact: 'reference',
    left: program,
    right: (c) => replay(record(program(c), shapesOf(c.args))),
  },
  {
    name: 'trace of',
    statement: (op) => `trace(o).${op} has the value of o.${op}`,
    exact: 'reference',
    left: program,
    right: (c) => (o, inputs) => ({ y: call(trace(o), c.op, c.attrs, inOrder(inputs).map(untraced)).value }),
  },
  {
    name: 'shape of',
    statement: (op) => `the shape interpreter finds no fault with ${op} and gives the shape of its result`,
    exact: 'everywhere',
    left: (c) => (o, inputs) => ({ y: o.scale(0, program(c)(o, inputs).y) }),
    right: (c) => (o) => {
      const y = call(shape, c.op, c.attrs, c.args.map((a) => sketch(a.shape)));
      return { y: filled(o, problems([y]).length > 0 ? [] : y.shape, 0) };
    },
  },
  {
    name: 'inputs of',
    statement: (op) => `${op} changes none of its inputs, and gives the same a second time`,
    exact: 'reference',
    left: (c) => (o, inputs) => {
      const first = program(c)(o, inputs).y;
      const second = program(c)(o, inputs).y;
      return { first, second, ...inputs };
    },
    right: (c) => (o, inputs) => {
      const before = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, o.scale(1, x)]));
      const y = program(c)(o, inputs).y;
      return { first: y, second: y, ...before };
    },
  },
]; // biome-ignore format: the two sides side by side

const law = ({ name, statement, exact, left, right }: Rewriting, op: OpName): Law => ({
  name: `${name} ${op}`,
  statement: statement(op),
  exact,
  claims: calls(op).map((c) => equation({ recipe: c, inputs: numbered(c.args.map(draw)), left: left(c), right: right(c) })),
});

/** Recording, tracing, sketching and repeating make no difference to any operation. */
export const interpretationLaws: readonly Law[] = REWRITINGS.flatMap((rewriting) => OPERATIONS.map((op) => law(rewriting, op)));
