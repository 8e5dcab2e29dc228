import { call, NAMED, type OpName } from '../language/signatures.ts';
import { showList } from '../text/show-value.ts';
import { flatten, graph, type Instruction, type Node, type RecordedProgram } from './record.ts';
import { topologicalOrder } from './topological-order.ts';
import { UNTAGGED } from './trace.ts';

/** Operations that have a tag inside them when they are written out. */
const TAGGED: readonly Node['op'][] = NAMED.filter((name) => !UNTAGGED.includes(name));

/** Whether the value of a tag is wanted, by its full name. */
type Wanted = (name: string) => boolean;

/** Each wanted tag among some nodes, by its full name, `blocks.3.norm1`. */
const tagsAmong = (nodes: readonly Node[], wanted: Wanted): readonly (readonly [name: string, node: Node])[] =>
  nodes.flatMap((node) => {
    const name = `${node.where}${node.attrs[0]}`;
    return node.op === 'tag' && wanted(name) ? [[name, node] as const] : [];
  });

/** One operation: whole, or written out where a tag inside it is wanted. */
const nodeOf = ({ op, attrs, where, shape }: Instruction, args: readonly Node[], wanted: Wanted): Node => {
  const whole = { op, attrs, args, where, shape };
  if (!TAGGED.includes(op)) return whole;
  const written = call(graph(UNTAGGED, where), op as OpName, attrs, args);
  const inside = topologicalOrder([written], (node) => node.args.filter((arg) => !args.includes(arg)));
  return tagsAmong(inside, wanted).length > 0 ? written : whole;
};

/** The outputs of a program, and the wanted tags that these depend on, in the order of the program. */
const tapped = ({ instructions, outputs }: RecordedProgram, wanted: Wanted) => {
  const nodes: Node[] = [];
  for (const instruction of instructions) {
    const args = instruction.args.map((i) => nodes[i]);
    nodes.push(nodeOf(instruction, args, wanted));
  }
  const own = Object.fromEntries(Object.entries(outputs).map(([name, i]) => [name, nodes[i]]));
  const order = topologicalOrder(Object.values(own), (node) => node.args);
  return { taps: Object.fromEntries(tagsAmong(order, wanted)), own };
};

/**
 * The names that can be tapped in a recorded program, in its order: every tag that an output depends on, also inside an operation that was recorded
 * whole, as `attn_probs` is inside `attention`.
 *
 * @example
 * import { record } from 'deit-oracle';
 * const program = record((o, { q }) => ({ y: o.within('blocks.0').attention(1, q, q, q) }), { q: [2, 4] });
 * tapNames(program) // ['blocks.0.attn_probs']
 */
export const tapNames = (program: RecordedProgram): readonly string[] => Object.keys(tapped(program, () => true).taps);

/**
 * A recorded program that gives the values of these tags too, under their full names and before its own outputs; `'all'` are those of `tapNames`. An
 * operation with a tag inside it is written out where that tag is wanted, and stays whole elsewhere.
 * Law: the reference gives the values that `taps` finds in its `trace`, bit for bit.
 *
 * @throws RangeError when no tag has one of the names.
 * @example
 * import { record } from 'deit-oracle';
 * const program = record((o, { x }) => ({ y: o.scale(2, o.tag('here', o.shift(1, x))) }), { x: [1] });
 * replay(withTaps(program, ['here']))(reference, { x: tensor([1], [3]) }).here.data // [4]
 * withTaps(program, ['there']) // throws RangeError: withTaps: there is no tag there; there are here
 */
export const withTaps = (program: RecordedProgram, names: readonly string[] | 'all'): RecordedProgram => {
  const { taps, own } = tapped(program, (name) => names === 'all' || names.includes(name));
  const unknown = names === 'all' ? [] : names.filter((name) => !Object.hasOwn(taps, name));
  if (unknown.length > 0)
    throw new RangeError(`withTaps: there is no tag ${showList(unknown)}; there are ${showList(tapNames(program)) || 'none'}`);
  return flatten(program.inputs, { ...taps, ...own });
};
