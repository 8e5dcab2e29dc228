import fc from 'fast-check';
import { type Dual, dual, jvp } from '../../src/core/interpret/jvp.ts';
import { pullback, type Variable, variable, vjp } from '../../src/core/interpret/vjp.ts';
import type { Ops, Program, Unary } from '../../src/core/language/ops.ts';
import { checkedShape } from '../../src/core/language/shape-rules.ts';
import { call, OP_NAMES, type OpName } from '../../src/core/language/signatures.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import type { Tensor } from '../../src/core/tensor/tensor.ts';
import { callSpecs } from '../call-spec.ts';
import { dot, inOrder, numbered, total } from '../formulas.ts';
import { drawnShapes, drawTensor, type TensorFamily, type TensorSpec, tensorSpecs } from '../tensor-spec.ts';
import { type Claim, equation, type Law } from './law.ts';
import { smoothLaws } from './operation/elementary.ts';
import { namedLaws } from './operation/named.ts';

/** The two routes to a derivative that are held against each other. */
export interface Derivatives {
  /** Values with their rates of change: `J v`. */
  readonly jvp: <T extends Shaped>(o: Ops<T>) => Ops<Dual<T>>;
  /** Values that `pullback` takes gradients by: `Jᵀ w`. */
  readonly vjp: <T extends Shaped>(o: Ops<T>) => Ops<Variable<T>>;
}

type Named<T> = Readonly<Record<string, T>>;
const startingWith = <T>(prefix: string, xs: Named<T>): Named<T> =>
  Object.fromEntries(Object.entries(xs).flatMap(([name, x]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), x]] : [])));
const withPrefix = <T>(prefix: string, xs: Named<T>): Named<T> =>
  Object.fromEntries(Object.entries(xs).map(([name, x]) => [prefix + name, x]));

/**
 * The claim `<J v, w> = <v, Jᵀ w>` about a program: `J v` by forward mode, `Jᵀ w` by reverse mode, both
 * over whatever base runs it. `directions` are v, by input; `weights` are w, by output; each has the shape of what it goes with.
 * Both sides have one output, the scalar `product`.
 *
 * @example
 * const [x, one] = [tensor([1], [3]), tensor([1], [1])];
 * const square = { spec: 'x² at 3', inputs: { x }, directions: { x: one }, weights: { y: one } };
 * const { left, right } = adjointClaim({ jvp, vjp }, (o, { x }) => ({ y: o.mul(x, x) }), square);
 * [left, right].map(({ program, inputs }) => program(reference, inputs).product.data[0]) // [6, 6]
 */
export const adjointClaim = (
  { jvp, vjp }: Derivatives,
  program: Program,
  { spec, inputs, directions, weights }: { readonly spec: unknown; readonly inputs: Named<Tensor>; readonly directions: Named<Tensor>; readonly weights: Named<Tensor> },
): Claim =>
  equation({
    spec,
    inputs: { ...withPrefix('in ', inputs), ...withPrefix('d ', directions), ...withPrefix('w ', weights) },
    left: (o, all) => {
      const d = startingWith('d ', all);
      const outputs = program(jvp(o), mapRecord((x, name) => dual(x, d[name]), startingWith('in ', all)));
      return { product: total(o, Object.entries(startingWith('w ', all)).map(([name, w]) => dot(o, outputs[name].tangent, w))) };
    },
    right: (o, all) => {
      const leaves = mapRecord(variable, startingWith('in ', all));
      const outputs = program(vjp(o), leaves);
      const gradient = pullback(o, Object.entries(startingWith('w ', all)).map(([name, w]) => [outputs[name], w]));
      return { product: total(o, Object.entries(startingWith('d ', all)).map(([name, v]) => dot(o, v, gradient(leaves[name])))) };
    },
  }); // biome-ignore format: the two sides side by side

const DIFFERENTIABLE = OP_NAMES.filter((op) => op !== 'constant');
const ROWS: readonly TensorFamily[] = ['plain', 'integers', 'full', 'small-variance', 'peaked'];

const adjoint = (derivatives: Derivatives, op: OpName): Law => ({
  name: `derivative of ${op}`,
  statement: `<J v, w> = <v, Jᵀ w>, J the derivative of ${op}`,
  exact: 'nowhere',
  claims: callSpecs(op, ROWS).chain(({ attrs, args }) => {
    const program: Program = (o, inputs) => ({ y: call(o, op, attrs, inOrder(inputs)) });
    const like = (shape: readonly number[]): fc.Arbitrary<TensorSpec> => tensorSpecs(shape, ['plain', 'integers']);
    return fc
      .tuple(
        fc.tuple(...args.map((a) => like(a.shape))),
        like(
          checkedShape(
            op,
            attrs,
            args.map((a) => a.shape),
          ),
        ),
      )
      .map(([directions, w]) =>
        adjointClaim(derivatives, program, {
          spec: { op, attrs, args, directions, w },
          inputs: numbered(args.map(drawTensor)),
          directions: numbered(directions.map(drawTensor)),
          weights: { y: drawTensor(w) },
        }),
      );
  }),
});

/** The same values come out when derivatives are carried along. */
const primal = ({ jvp, vjp }: Derivatives, op: OpName): Law => ({
  name: `value of ${op} under derivatives`,
  statement: `jvp(o).${op} and vjp(o).${op} have the value of o.${op}`,
  exact: 'reference',
  claims: callSpecs(op, ROWS).map(({ attrs, args }) =>
    equation({
      spec: { op, attrs, args },
      inputs: numbered(args.map(drawTensor)),
      left: (o, inputs) => ({
        jvp: call(jvp(o), op, attrs, inOrder(inputs).map((x) => dual(x, o.scale(0, x)))).value,
        vjp: call(vjp(o), op, attrs, inOrder(inputs).map(variable)).value,
      }),
      right: (o, inputs) => {
        const y = call(o, op, attrs, inOrder(inputs));
        return { jvp: y, vjp: y };
      },
    }),
  ),
}); // biome-ignore format: the two sides side by side

/** The scalar functions by how they bend on (0, 1). */
const BEND: { readonly [F in Unary]: 'convex' | 'concave' } = {
  exp: 'convex', expm1: 'convex', rsqrt: 'convex', erfc: 'convex', gelu: 'convex',
  log: 'concave', log1p: 'concave', sqrt: 'concave', erf: 'concave', cdf: 'concave',
}; // biome-ignore format: a table
const STEP = 1 / 4096;

/** Both routes share one table of slopes, so it is held to the functions themselves, by an inequality without a tolerance. */
const slope = ({ vjp }: Derivatives, f: Unary): Law => ({
  name: `slope of ${f}`,
  statement: `h·f′(x) ${BEND[f] === 'convex' ? '≤' : '≥'} f(x + h) − f(x) ${BEND[f] === 'convex' ? '≤' : '≥'} h·f′(x + h): ${f} is ${BEND[f]} on (0, 1)`,
  exact: 'nowhere',
  claims: drawnShapes(0, 2)
    .chain((shape) => tensorSpecs(shape, ['positive']))
    .map((x) => {
      const sides = <T extends Shaped>(o: Ops<T>, at: T) => {
        const rate = (t: T): T => {
          const from = variable(t);
          return o.scale(STEP, pullback(o, [[vjp(o).unary(f, from), o.shift(1, o.scale(0, t))]])(from));
        };
        const next = o.shift(STEP, at);
        const rise = o.sub(o.unary(f, next), o.unary(f, at));
        return BEND[f] === 'convex'
          ? { more: { chord: rise, next: rate(next) }, less: { chord: rate(at), next: rise } }
          : { more: { chord: rate(at), next: rise }, less: { chord: rise, next: rate(next) } };
      };
      const shrunk = { ...x, exponent: -3 };
      return equation({
        spec: { x: shrunk },
        inputs: { x: drawTensor(shrunk) },
        left: (o, { x }) => sides(o, x).more,
        right: (o, { x }) => sides(o, x).less,
        relation: '≥',
      });
    }),
});

const gradient = <T extends Shaped>({ vjp }: Derivatives, o: Ops<T>, program: Program, inputs: Named<T>): Named<T> => {
  const leaves = mapRecord(variable, inputs);
  const { y } = program(vjp(o), leaves);
  const weight = o.constant(y.shape, drawTensor({ shape: y.shape, family: 'plain', exponent: 0, seed: 1 }).data);
  return mapRecord(pullback(o, [[y, weight]]), leaves);
};

/** Two programs that are the same function have the same gradient. */
const differentiated = (derivatives: Derivatives, { name, statement, claims }: Law): Law => ({
  name: `gradient: ${name}`,
  statement: `both sides have the same gradient: ${statement}`,
  exact: 'nowhere',
  claims: claims.map(({ spec, left, right }) =>
    equation({
      spec,
      inputs: left.inputs,
      left: (o, inputs) => gradient(derivatives, o, left.program, inputs),
      right: (o, inputs) => gradient(derivatives, o, right.program, inputs),
    }),
  ),
});

/**
 * Laws of derivatives, for our interpreters or for others: both routes agree for every operation, neither changes a value, the rise
 * of each scalar function over a short step lies between what its slopes at both ends give, and the sides of every law of named
 * operations and scalar functions have the same gradient.
 *
 * @example
 * const wrong = { vjp, jvp: (o) => ({ ...jvp(o), scale: (_, x) => x }) };
 * const law = gradientLaws(wrong).find(({ name }) => name === 'derivative of scale');
 * await check(law, fromEngine(referenceEngine, { bound: proved(FLOAT64) })) // { holds: false, … }
 */
export const gradientLaws = (derivatives: Derivatives = { jvp, vjp }): readonly Law[] => [
  ...DIFFERENTIABLE.map((op) => adjoint(derivatives, op)),
  ...DIFFERENTIABLE.map((op) => primal(derivatives, op)),
  ...(Object.keys(BEND) as Unary[]).map((f) => slope(derivatives, f)),
  ...[...namedLaws, ...smoothLaws].map((law) => differentiated(derivatives, law)),
];
