import type { Ops, Program } from '../language/ops.ts';
import { type InputNames, type NamesOf, ofAnyNames, type ProgramOn } from '../language/program-types.ts';
import { runProgram, shapesProblem } from '../language/run-program.ts';
import { infer, isMisfit } from '../language/shape-rules.ts';
import { call, type IsValue, isShaped, NAMED, type NamedName, type OpName } from '../language/signatures.ts';
import { type Shape, type Shaped, sameShape, showShape } from '../tensor/shape.ts';
import { ShapeError, storable } from '../tensor/tensor.ts';
import { generic } from './generic.ts';
import { topologicalOrder } from './topological-order.ts';

/** A value that is only how it would be computed. */
export interface Node extends Shaped {
  readonly op: OpName | 'input';
  readonly attrs: readonly unknown[];
  readonly args: readonly Node[];
  /** The part of the model it belongs to (`blocks.3.`), empty outside any: what the name of a tag starts with. */
  readonly where: string;
}

/** One operation of a program; its arguments are the numbers of earlier steps. */
export interface Instruction extends Shaped {
  readonly op: OpName | 'input';
  readonly attrs: readonly unknown[];
  readonly args: readonly number[];
  /** The part of the model it belongs to (`blocks.3.`), empty outside any: what the name of a tag starts with. */
  readonly where: string;
}

/** A computation written out: steps in an order in which each needs only earlier ones. */
export interface RecordedProgram<I extends string = string, O extends string = string> {
  readonly inputs: { readonly [K in I]: Shape };
  readonly instructions: readonly Instruction[];
  /** The step that gives each output. */
  readonly outputs: { readonly [K in O]: number };
}

/** An attribute of its own: shapes and constants are copied, so that later changes to the caller's do not reach it. */
const kept = (attr: unknown): unknown => {
  if (typeof attr !== 'object' || attr === null) return attr;
  return ArrayBuffer.isView(attr) ? (attr as Float64Array).slice() : Array.from(attr as ArrayLike<unknown>);
};

const isNode: IsValue = (value) => isShaped(value) && 'op' in (value as object);

/** The interpreter whose values are graph nodes. `whole` lists the named operations kept as one node. */
export const graph = (whole: readonly NamedName[] = NAMED, where = ''): Ops<Node> =>
  generic<Node>(
    (op, attrs, args) => {
      const shape = infer(op, attrs, args.map((a) => a.shape)); // biome-ignore format: one line
      if (isMisfit(shape)) throw new ShapeError(op, shape.problem, where);
      return { op, attrs: attrs.length === 0 ? attrs : attrs.map(kept), args, where, shape: storable(op, shape, where) };
    },
    whole,
    {
      within: (name) => graph(whole, `${where}${name}.`),
      refuse: ({ operation, messages }) => {
        throw new ShapeError(operation, messages.join('; '), where);
      },
      isValue: isNode,
    },
  );

/** The graph of named operations, outside any part of a model: what most programs are recorded in. */
const WHOLE = graph();

/** An input of the graph, by name. */
export const inputNode = (name: string, shape: Shape): Node => ({
  op: 'input',
  attrs: [name],
  args: [],
  where: '',
  shape: [...storable(`input ${name}`, shape)],
});

/**
 * A computation as data: for planning memory, counting cost, drawing, export. Steps that no output needs are left out.
 * Law: `replay(record(f))` gives the same bits as `f`.
 *
 * @throws ShapeError when the input shapes do not fit, or `f` is not a function from its named inputs to named values.
 * @example
 * record((o, { x }) => ({ y: o.scale(2, x) }), { x: [3] }).instructions.map((s) => s.op) // ['input', 'scale']
 */
export const record = <S extends Readonly<Record<string, Shape>>, R>(
  f: ProgramOn<S, R>,
  inputs: S,
  whole: readonly NamedName[] = NAMED,
): RecordedProgram<InputNames<S, R>, NamesOf<R>> => {
  const misshapen = shapesProblem(inputs);
  if (misshapen !== undefined) throw new ShapeError('', misshapen);
  const leaves = Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, inputNode(name, shape)]));
  const shapes = Object.fromEntries(Object.entries(leaves).map(([name, { shape }]) => [name, shape]));
  const recorded = flatten(shapes, runProgram(ofAnyNames(f), whole === NAMED ? WHOLE : graph(whole), leaves, isNode));
  return recorded as RecordedProgram<InputNames<S, R>, NamesOf<R>>;
};

/** What nodes say, as a program: the steps that they need, in an order in which each needs only earlier ones. */
export const flatten = (inputs: RecordedProgram['inputs'], outputs: Readonly<Record<string, Node>>): RecordedProgram => {
  const order = topologicalOrder(Object.values(outputs), (node) => node.args);
  const position = new Map(order.map((node, i) => [node, i]));
  const at = (node: Node): number => position.get(node) as number;
  return {
    inputs,
    instructions: order.map(({ op, attrs, args, where, shape }) => ({ op, attrs, args: args.map(at), where, shape })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, at(node)])),
  };
};

/** A recorded program as a program again, which carries its record: who is to record it need not. */
export type Replay<I extends string = string, O extends string = string> = Program<I, O> & { readonly recorded: RecordedProgram<I, O> };

/** The last instruction that reads each value; the outputs are read at the end. */
const lastReads = ({ instructions, outputs }: RecordedProgram): readonly number[] => {
  const last: number[] = instructions.map((_, i) => i);
  for (const [i, { args }] of instructions.entries()) for (const at of args) last[at] = i;
  for (const at of Object.values(outputs)) last[at] = instructions.length;
  return last;
};

/**
 * A recorded program as a program again, with the same names of tags. A value is let go of after the last instruction that reads it.
 *
 * @param progress told how far it is, from 0 to 1, whenever an interpreter has reached a tag.
 * @throws ShapeError when an input is missing, or has another shape than it was recorded for.
 * @example
 * const program = record((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] });
 * replay(program)(reference, { x: tensor([1], [3]) }).y.data[0] // 6
 */
export const replay = <I extends string, O extends string>(
  recorded: RecordedProgram<I, O>,
  progress: (done: number) => void = () => {},
): Replay<I, O> => {
  const last = lastReads(recorded);
  const tags = recorded.instructions.filter(({ op }) => op === 'tag').length;
  const program = <T extends Shaped>(o: Ops<T>, inputs: { readonly [K in I]: T }): { readonly [K in O]: T } => {
    const inside = new Map([['', o]]);
    const within = (where: string): Ops<T> => {
      const there = inside.get(where) ?? o.within(where.slice(0, -1));
      inside.set(where, there);
      return there;
    };
    const values: (T | undefined)[] = [];
    let passed = 0;
    for (const [i, { op, attrs, args, where, shape }] of recorded.instructions.entries()) {
      const before = args.map((at) => values[at] as T);
      values.push(op === 'input' ? given(o, attrs[0] as string, shape, inputs) : call(within(where), op, attrs, before));
      for (const at of args) if (last[at] === i) values[at] = undefined;
      if (op === 'tag') progress(++passed / tags);
    }
    const outputs = (Object.entries(recorded.outputs) as [O, number][]).map(([name, at]) => [name, values[at] as T]);
    return Object.fromEntries(outputs) as { readonly [K in O]: T };
  };
  return Object.assign(program, { recorded });
};

/** An input of a program, as it was recorded. */
const given = <T extends Shaped>(o: Ops<T>, name: string, shape: Shape, inputs: Readonly<Record<string, T>>): T => {
  const x: T | undefined = inputs[name];
  if (x !== undefined && sameShape(x.shape, shape)) return x;
  const found = x === undefined ? 'is missing' : `is ${showShape(x.shape)}`;
  const message = `input ${name} ${found}, the program was recorded for ${showShape(shape)}`;
  return o.refuse({ operation: 'replay', messages: [message], shape }, ...(x === undefined ? [] : [x]));
};
