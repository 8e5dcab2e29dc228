import { type RecordedProgram, record, replay } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, type Sketch, shape, sketch } from '../../src/core/interpret/shape.ts';
import { type Traced, trace, untraced } from '../../src/core/interpret/trace.ts';
import type { Ops, Program } from '../../src/core/language/ops.ts';
import { call, OP_NAMES, type OpName } from '../../src/core/language/signatures.ts';
import type { Shape, Shaped } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { type CallSpec, callSpecs } from '../call-spec.ts';
import { filled, inOrder, numbered } from '../formulas.ts';
import { fromInterpreter } from '../implementation.ts';
import { drawTensor } from '../tensor-spec.ts';
import { equation, type Law } from './law.ts';

const program =
  ({ op, attrs }: Pick<CallSpec, 'op' | 'attrs'>): Program =>
  (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) });
const shapesOf = (args: CallSpec['args']): Readonly<Record<string, Shape>> => Object.fromEntries(args.map((a, i) => [`x${i}`, a.shape]));

const copies = <T extends Shaped>(o: Ops<T>, inputs: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, o.scale(1, x)]));

/** The interpreters that must make no difference. */
export interface Interpreters {
  /** A computation as steps, and back. */
  readonly record: (f: Program, inputs: Readonly<Record<string, Shape>>) => RecordedProgram;
  readonly replay: (program: RecordedProgram) => Program;
  /** Values that remember what was tagged on the way. */
  readonly trace: <T extends Shaped>(o: Ops<T>) => Ops<Traced<T>>;
  /** Shapes without numbers. */
  readonly shape: Ops<Sketch>;
}

interface Rewriting {
  readonly name: string;
  readonly statement: (op: OpName) => string;
  readonly exact: Law['exact'];
  readonly left: (c: CallSpec) => Program;
  readonly right: (by: Interpreters, c: CallSpec) => Program;
}

/** What must make no difference. */
const REWRITINGS: readonly Rewriting[] = [
  {
    name: 'replay of',
    statement: (op) => `replay(record(${op})) = ${op}`,
    exact: 'reference',
    left: program,
    right: (by, c) => by.replay(by.record(program(c), shapesOf(c.args))),
  },
  {
    name: 'trace of',
    statement: (op) => `trace(o).${op} has the value of o.${op}`,
    exact: 'reference',
    left: program,
    right: (by, c) => (o, inputs) => ({ y: call(by.trace(o), c.op, c.attrs, inOrder(inputs).map(untraced)).value }),
  },
  {
    name: 'inputs of',
    statement: (op) => `${op} changes none of its inputs, and gives the same a second time`,
    exact: 'reference',
    left: (c) => (o, inputs) => {
      const first = program(c)(o, inputs).y;
      const second = program(c)(o, inputs).y;
      return { first, second, ...copies(o, inputs) };
    },
    right: (_, c) => (o, inputs) => {
      const before = copies(o, inputs);
      const y = program(c)(o, inputs).y;
      return { first: y, second: y, ...before };
    },
  },
]; // biome-ignore format: the two sides side by side

const law = (by: Interpreters, { name, statement, exact, left, right }: Rewriting, op: OpName): Law => ({
  name: `${name} ${op}`,
  statement: statement(op),
  exact,
  claims: callSpecs(op).map((c) => equation({ spec: c, inputs: numbered(c.args.map(drawTensor)), left: left(c), right: right(by, c) })),
});

/** The reference answers for the shape interpreter, which has no numbers: zeros of the shape it foresaw. */
const zerosOf = fromInterpreter<Tensor>({ name: 'the shape interpreter', ops: reference, read: (t) => t, bound: () => ({}) });

const shapeLaw = ({ shape }: Interpreters, op: OpName): Law => ({
  name: `shape of ${op}`,
  statement: `the shape interpreter finds no fault with ${op} and gives the shape of its result`,
  exact: 'everywhere',
  // Nothing overflows in any format: 0 times an infinity is not 0.
  claims: callSpecs(op, ['integers']).map((c) => {
    const y = call(shape, c.op, c.attrs, c.args.map((a) => sketch(a.shape))); // biome-ignore format: one line
    const foreseen: Program = (o) => (problems([y]).length > 0 ? {} : { y: filled(o, y.shape, 0) });
    return {
      spec: c,
      left: { program: (o, inputs) => ({ y: o.scale(0, program(c)(o, inputs).y) }), inputs: numbered(c.args.map(drawTensor)) },
      right: { program: foreseen, inputs: {}, by: zerosOf },
    };
  }),
});

/**
 * Recording, tracing, sketching and repeating make no difference to any operation, by our interpreters or by others.
 *
 * @example
 * interpretationLaws().map(({ name }) => name).filter((name) => name.endsWith(' softmax'))
 * // ['replay of softmax', 'trace of softmax', 'inputs of softmax', 'shape of softmax']
 */
export const interpretationLaws = (by: Interpreters = { record, replay, trace, shape }): readonly Law[] =>
  OP_NAMES.flatMap((op) => [
    ...REWRITINGS.filter(({ name }) => name !== 'inputs of' || op !== 'constant').map((rewriting) => law(by, rewriting, op)),
    shapeLaw(by, op),
  ]);
