import type { RecordedProgram } from '../../core/interpret/record.ts';
import type { OpName } from '../../core/language/signatures.ts';
import type { Shape } from '../../core/tensor/shape.ts';
import type { Floats } from '../../core/tensor/tensor.ts';
import { type Attribute, type Expression, expressionOf } from './expression.ts';

/** An operator of the graph with the names of its values. */
export interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant of the graph: integers for shapes and axes, numbers for all else. */
export type GraphConstant = { readonly name: string; readonly shape: Shape } & (
  | { readonly integers: readonly number[] }
  | { readonly numbers: Floats }
);

/** A program in the operators of ONNX, every value named. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly GraphConstant[];
}

/** The graph of a recorded program. Values are named by the number of their step; outputs by their own name. */
export const graphOf = (program: RecordedProgram): Graph => {
  const nodes: GraphNode[] = [];
  const constants: GraphConstant[] = [];
  const flatten = (expression: Expression, name: string): string => {
    if (typeof expression === 'string') return expression;
    if ('integers' in expression) constants.push({ name, shape: [expression.integers.length], integers: expression.integers });
    else if ('numbers' in expression) constants.push({ name, shape: expression.shape, numbers: expression.numbers });
    else {
      const inputs = expression.inputs.map((input, i) => flatten(input, `${name}.${i}`));
      nodes.push({ operator: expression.operator, inputs, output: name, attributes: expression.attributes ?? {} });
    }
    return name;
  };
  const names: string[] = [];
  for (const [i, { op, attrs, args, shape }] of program.instructions.entries()) {
    const inputs = args.map((at) => names[at]);
    const shapes = args.map((at) => program.instructions[at].shape);
    names.push(op === 'input' ? (attrs[0] as string) : flatten(expressionOf(op as OpName, attrs, inputs, shape, shapes), `step${i}`));
  }
  for (const [output, at] of Object.entries(program.outputs))
    nodes.push({ operator: 'Identity', inputs: [names[at]], output, attributes: {} });
  return { nodes, constants };
};
