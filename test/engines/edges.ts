import type { Engine } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { type Program, UNARY } from '../../src/core/language/ops.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { ran } from '../gpu/judged.ts';
import type { Pair } from './reuses.ts';

/** A program of one input `x` and one output `y` where numbers are none, have no end, or are zeros of a sign. */
export interface Edge {
  readonly name: string;
  readonly program: Program;
  readonly shape: Shape;
  readonly x: readonly number[];
}

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
const zeros = (n: number, ...values: readonly number[]): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => values[i % values.length]);

// biome-ignore format: a table
/** What every engine gives as the reference does. */
export const EDGES: readonly Edge[] = [
  ...UNARY.map((f) => ({ name: `${f} of NaN`, program: ((o, { x }) => ({ y: o.unary(f, x) })) as Program, shape: [2, 2], x: [nan, 1, 2, nan] })),
  { name: 'maxLast of rows with NaN', program: (o, { x }) => ({ y: o.maxLast(x) }), shape: [5, 3], x: [nan, 1, 2, 1, nan, 2, 1, 2, nan, 1, 3, 2, -inf, nan, -inf] },
  { name: 'maxLast of infinities', program: (o, { x }) => ({ y: o.maxLast(x) }), shape: [3, 3], x: [-inf, -inf, -inf, 1, inf, 2, -inf, -5, -inf] },
  { name: 'softmax of a row with NaN', program: (o, { x }) => ({ y: o.softmax(x) }), shape: [3, 3], x: [nan, 1, 2, 1, 2, nan, 0, -inf, 0] },
  { name: 'logSoftmax of a row with NaN', program: (o, { x }) => ({ y: o.logSoftmax(x) }), shape: [2, 3], x: [1, nan, 2, 0, nan, 0] },
  { name: 'attention to NaN', program: (o, { x }) => ({ y: o.attention(1, x, x, x) }), shape: [2, 2], x: [nan, 1, 2, 3] },
  { name: 'GELU of infinities', program: (o, { x }) => ({ y: o.gelu(x) }), shape: [4], x: [-inf, inf, -1e30, -1e3] },
  { name: 'NaN by 0', program: (o, { x }) => ({ y: o.scale(0, x) }), shape: [4], x: [nan, inf, -inf, 3] },
  { name: 'a product with zeros', program: (o, { x }) => ({ y: o.mul(x, o.constant([4], zeros(4, 0))) }), shape: [4], x: [nan, inf, -inf, 3] },
  { name: 'a quotient by −0', program: (o, { x }) => ({ y: o.div(x, o.constant([2], zeros(2, -0))) }), shape: [2], x: [1, -1] },
  { name: 'a quotient by zeros of both signs', program: (o, { x }) => ({ y: o.div(x, o.constant([4], zeros(4, 0, -0))) }), shape: [4], x: [1, 1, -1, -1] },
  { name: 'a factor of −0', program: (o, { x }) => ({ y: o.scale(-0, x) }), shape: [2], x: [1, -1] },
];

/** What an engine gives, and what the reference does. Ordinary numbers are held against their bounds elsewhere, here they are signs. */
export const edgePair = async (engine: Engine, { name, program, shape, x }: Edge): Promise<Pair> => {
  const inputs = { x: tensor(shape, x) };
  const shown = ({ data }: Tensor): readonly number[] => Array.from(data, (y) => (Number.isFinite(y) ? Math.sign(y) : y));
  return [shown((await ran(engine, { name, program, inputs })).y), shown(program(reference, inputs).y)];
};
