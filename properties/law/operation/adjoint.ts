import type { Ops } from '../../../src/core/language/ops.ts';
import { checkedShape } from '../../../src/core/language/shape-rules.ts';
import { call, type OpName } from '../../../src/core/language/signatures.ts';
import { last, type Shaped } from '../../../src/core/tensor/shape.ts';
import { exactCallSpecs } from '../../call-spec.ts';
import { dot, inOrder, numbered, swap, total } from '../../formulas.ts';
import { drawTensor, tensorSpecs } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

/** What a linear operation's adjoint makes of `y`: one tensor for each argument. */
type Adjoint = <T extends Shaped>(o: Ops<T>, attrs: readonly never[], y: T, args: readonly T[]) => readonly T[];
interface Pair {
  readonly statement: string;
  readonly adjoint: Adjoint;
}
const numbers = (attr: unknown): readonly number[] => attr as readonly number[];

/** Operations linear in all their arguments together: `<A(a, b, …), y> = <a, Aᵀ₁ y> + <b, Aᵀ₂ y> + …`. */
const LINEAR: { readonly [K in OpName]?: Pair } = {
  add: { statement: '<a + b, y> = <a, y> + <b, y>', adjoint: (_o, _, y) => [y, y] },
  sub: { statement: '<a − b, y> = <a, y> + <b, −y>', adjoint: (o, _, y) => [y, o.scale(-1, y)] },
  scale: { statement: '<c·x, y> = <x, c·y>', adjoint: (o, [c], y) => [o.scale(c, y)] },
  permute: {
    statement: '<permute x, y> = <x, permute⁻¹ y>',
    adjoint: (o, [perm], y) => [o.permute(numbers(perm).map((_, i) => numbers(perm).indexOf(i)), y)],
  },
  reshape: { statement: '<reshape x, y> = <x, reshape⁻¹ y>', adjoint: (o, _, y, [x]) => [o.reshape(x.shape, y)] },
  repeatLeading: { statement: '<repeatLeading x, y> = <x, sumLeading y>', adjoint: (o, _, y, [x]) => [o.sumLeading(x.shape, y)] },
  sumLeading: { statement: '<sumLeading x, y> = <x, repeatLeading y>', adjoint: (o, _, y, [x]) => [o.repeatLeading(x.shape, y)] },
  repeatLast: { statement: '<repeatLast x, y> = <x, sumLast y>', adjoint: (o, _, y) => [o.sumLast(y)] },
  sumLast: { statement: '<sumLast x, y> = <x, repeatLast y>', adjoint: (o, _, y, [x]) => [o.repeatLast(last(x.shape), y)] },
  slice: { statement: '<slice x, y> = <x, pad y>', adjoint: (o, [axis, from], y, [x]) => [o.pad(axis, from, x.shape[axis], y)] },
  pad: { statement: '<pad x, y> = <x, slice y>', adjoint: (o, [axis, from], y, [x]) => [o.slice(axis, from, from + x.shape[axis], y)] },
  concat: {
    statement: '<concat(a, b, …), y> = <a, slice y> + <b, slice′ y> + …',
    adjoint: (o, [axis], y, args) => {
      const starts = args.map((_, i) => args.slice(0, i).reduce((n, a) => n + a.shape[axis], 0));
      return args.map((a, i) => o.slice(axis, starts[i], starts[i] + a.shape[axis], y));
    },
  },
  tag: { statement: '<tag x, y> = <x, y>', adjoint: (_o, _, y) => [y] },
}; // biome-ignore format: one pair a line

/** Operations linear in each argument while the others stand still: `<A(a, b), y> = <a, Aᵀ₁ y> = <b, Aᵀ₂ y>`. */
const BILINEAR: { readonly [K in OpName]?: Pair } = {
  mul: { statement: '<a∘b, y> = <a, b∘y> = <b, a∘y>', adjoint: (o, _, y, [a, b]) => [o.mul(b, y), o.mul(a, y)] },
  matmul: {
    statement: '<a b, y> = <a, y bᵀ> = <b, aᵀ y>',
    adjoint: (o, _, y, [a, b]) => [o.matmul(y, swap(o, b)), o.matmul(swap(o, a), y)],
  },
};

const shapeOf = (op: OpName, attrs: readonly unknown[], args: readonly Shaped[]) => checkedShape(op, attrs, args.map((a) => a.shape)); // biome-ignore format: one line

const law = (op: OpName, { statement, adjoint }: Pair, together: boolean): Law => ({
  name: `adjoint of ${op}`,
  statement,
  exact: 'everywhere',
  claims: exactCallSpecs(op).chain(({ attrs, args }) =>
    tensorSpecs(shapeOf(op, attrs, args), ['integers']).map((y) =>
      equation({
        spec: { op, attrs, args, y },
        inputs: { ...numbered(args.map(drawTensor)), y: drawTensor(y) },
        left: (o, { y, ...xs }) => {
          const product = dot(o, call(o, op, attrs, inOrder(xs)), y);
          return together ? { product } : { first: product, second: product };
        },
        right: (o, { y, ...xs }) => {
          const back = adjoint(o, attrs as readonly never[], y, inOrder(xs));
          const products = back.map((t, i) => dot(o, inOrder(xs)[i], t));
          return together ? { product: total(o, products) } : { first: products[0], second: products[1] };
        },
      }),
    ),
  ),
});

const laws = (pairs: { readonly [K in OpName]?: Pair }, together: boolean): readonly Law[] =>
  Object.entries(pairs).map(([op, pair]) => law(op as OpName, pair, together));

/** Every linear primitive has the adjoint it says it has. On small integers, so exactly, in every format. */
export const adjointLaws: readonly Law[] = [...laws(LINEAR, true), ...laws(BILINEAR, false)];
