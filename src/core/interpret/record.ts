import { lineage } from '../lineage.ts';
import type { Computation, Ops } from '../ops.ts';
import type { Shape, Shaped } from '../shape.ts';
import { checkedShape } from '../shape-rules.ts';
import { call, NAMED, type NamedName, type OpName, uniform } from '../uniform.ts';

/** A value that is only how it would be computed. */
export interface Node extends Shaped {
  readonly op: OpName | 'input';
  readonly attrs: readonly unknown[];
  readonly args: readonly Node[];
}

/** One operation of a program; its arguments are the numbers of earlier steps. */
export interface Step extends Shaped {
  readonly op: OpName | 'input';
  readonly attrs: readonly unknown[];
  readonly args: readonly number[];
}

/** A computation written out: steps in an order in which each needs only earlier ones. */
export interface Program {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly steps: readonly Step[];
  /** The step that gives each output. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** The interpreter whose values are graph nodes. `whole` lists the named operations kept as one node. */
export const graph = (whole: readonly NamedName[] = NAMED, prefix = ''): Ops<Node> =>
  uniform<Node>(
    (op, attrs, args) => ({
      op,
      attrs: op === 'tag' ? [prefix + attrs[0]] : attrs,
      args,
      shape: checkedShape(op, attrs, args.map((a) => a.shape)), // biome-ignore format: one line
    }),
    whole,
    (name) => graph(whole, `${prefix}${name}.`),
  );

/** An input of the graph, by name. */
export const inputNode = (name: string, shape: Shape): Node => ({ op: 'input', attrs: [name], args: [], shape });

/**
 * A computation as data: for planning memory, counting cost, drawing, export. Steps that no output needs are left out.
 * Law: `replay(record(f))` gives the same bits as `f`.
 *
 * @throws ShapeError when the input shapes do not fit.
 * @example
 * record((o, { x }) => ({ y: o.scale(2, x) }), { x: [3] }).steps.map((s) => s.op) // ['input', 'scale']
 */
export const record = (f: Computation, inputs: Readonly<Record<string, Shape>>, whole: readonly NamedName[] = NAMED): Program => {
  const leaves = Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, inputNode(name, shape)]));
  const outputs = f(graph(whole), leaves);
  const order = lineage(Object.values(outputs), (node) => node.args);
  const position = new Map(order.map((node, i) => [node, i]));
  const at = (node: Node): number => position.get(node) as number;
  return {
    inputs,
    steps: order.map(({ op, attrs, args, shape }) => ({ op, attrs, args: args.map(at), shape })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, at(node)])),
  };
};

/**
 * A recorded program as a computation again.
 *
 * @example
 * const program = record((o, { x }) => ({ y: o.scale(2, x) }), { x: [1] });
 * replay(program)(reference, { x: tensor([1], [3]) }).y.data[0] // 6
 */
export const replay = (program: Program): Computation => {
  return <T extends Shaped>(o: Ops<T>, inputs: Readonly<Record<string, T>>): Readonly<Record<string, T>> => {
    const values: T[] = [];
    for (const { op, attrs, args } of program.steps)
      values.push(op === 'input' ? inputs[attrs[0] as string] : call(o, op, attrs, args.map((i) => values[i]))); // biome-ignore format: one line
    return Object.fromEntries(Object.entries(program.outputs).map(([name, i]) => [name, values[i]]));
  };
};
