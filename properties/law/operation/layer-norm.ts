import fc from 'fast-check';
import type { Ops } from '../../../src/core/language/ops.ts';
import { last, type Shaped } from '../../../src/core/tensor/shape.ts';
import { EPS } from '../../call-spec.ts';
import { filled, gather } from '../../formulas.ts';
import { drawnOrders, drawnShapes, drawTensor, type TensorFamily, type TensorSpec, tensorSpecs } from '../../tensor-spec.ts';
import { type Equation, equation, type Law } from '../law.ts';

const ROWS: readonly TensorFamily[] = ['plain', 'integers', 'full', 'small-variance', 'offset', 'flat', 'peaked'];
const GRID: readonly TensorFamily[] = ['plain', 'integers', 'peaked'];

interface Case {
  readonly x: TensorSpec;
  readonly gain: TensorSpec;
  readonly bias: TensorSpec;
  readonly eps: number;
}
const cases = (families: readonly TensorFamily[] = ROWS): fc.Arbitrary<Case> =>
  drawnShapes(1, 3).chain((shape) =>
    fc.record({
      x: tensorSpecs(shape, families),
      gain: tensorSpecs(shape.slice(-1), ['plain']),
      bias: tensorSpecs(shape.slice(-1), ['plain']),
      eps: fc.constantFrom(...EPS),
    }),
  );
const claim = <C extends Case>(c: C, sides: Pick<Equation, 'left' | 'right' | 'relation'>) =>
  equation({ spec: c, inputs: { x: drawTensor(c.x), gain: drawTensor(c.gain), bias: drawTensor(c.bias) }, ...sides });

/** The normalised rows alone: gain 1, bias 0. */
const normal = <T extends Shaped>(o: Ops<T>, eps: number, x: T): T =>
  o.layerNorm(eps, x, filled(o, [last(x.shape)], 1), filled(o, [last(x.shape)], 0));

/** What LayerNorm is, whatever computes it. */
export const layerNormLaws: readonly Law[] = [
  {
    name: 'layerNorm: shift',
    statement: 'LN(x + c) = LN(x)',
    exact: 'nowhere',
    claims: fc.tuple(cases(GRID), fc.constantFrom(1, -3, 64)).map(([c, shift]) =>
      claim(
        { ...c, shift },
        {
          left: (o, { x, gain, bias }) => ({ y: o.layerNorm(c.eps, o.shift(shift, x), gain, bias) }),
          right: (o, { x, gain, bias }) => ({ y: o.layerNorm(c.eps, x, gain, bias) }),
        },
      ),
    ),
  },
  {
    name: 'layerNorm: scale',
    statement: 'LN(s²·eps, s·x) = LN(eps, x): scale leaves all but eps alone',
    exact: 'reference',
    claims: fc.tuple(cases(), fc.constantFrom(2, 0.5, 8, 1 / 64)).map(([c, s]) =>
      claim(
        { ...c, s },
        {
          left: (o, { x, gain, bias }) => ({ y: o.layerNorm(s * s * c.eps, o.scale(s, x), gain, bias) }),
          right: (o, { x, gain, bias }) => ({ y: o.layerNorm(c.eps, x, gain, bias) }),
        },
      ),
    ),
  },
  {
    name: 'layerNorm: mean',
    statement: 'mean(LN(x)) = 0 with gain 1 and bias 0',
    exact: 'nowhere',
    claims: cases().map((c) =>
      claim(c, {
        left: (o, { x }) => ({ mean: o.mean(normal(o, c.eps, x)) }),
        right: (o, { x }) => ({ mean: filled(o, x.shape.slice(0, -1), 0) }),
      }),
    ),
  },
  {
    name: 'layerNorm: variance',
    statement: 'mean(LN(x)²)·(σ² + eps) = σ², σ² = mean((x − μ)²) over n, not n − 1, and eps inside the root',
    exact: 'nowhere',
    claims: cases().map((c) =>
      claim(c, {
        left: (o, { x }) => {
          const y = normal(o, c.eps, x);
          return { variance: o.mul(o.mean(o.mul(y, y)), o.shift(c.eps, variance(o, x))) };
        },
        right: (o, { x }) => ({ variance: variance(o, x) }),
      }),
    ),
  },
  {
    name: 'layerNorm: affine',
    statement: 'LN(x, gain, bias) = gain·LN(x, 1, 0) + bias',
    exact: 'reference',
    claims: cases().map((c) =>
      claim(c, {
        left: (o, { x, gain, bias }) => ({ y: o.layerNorm(c.eps, x, gain, bias) }),
        right: (o, { x, gain, bias }) => ({
          y: o.add(o.mul(normal(o, c.eps, x), o.repeatLeading(x.shape, gain)), o.repeatLeading(x.shape, bias)),
        }),
      }),
    ),
  },
  {
    name: 'layerNorm: permutation',
    statement: 'LN(P x, P gain, P bias) = P LN(x, gain, bias)',
    exact: 'nowhere',
    claims: cases().chain((c) =>
      drawnOrders(last(c.x.shape)).map((order) =>
        claim(
          { ...c, order },
          {
            left: (o, { x, gain, bias }) => ({
              y: o.layerNorm(c.eps, gather(o, x.shape.length - 1, order, x), gather(o, 0, order, gain), gather(o, 0, order, bias)),
            }),
            right: (o, { x, gain, bias }) => ({ y: gather(o, x.shape.length - 1, order, o.layerNorm(c.eps, x, gain, bias)) }),
          },
        ),
      ),
    ),
  },
];

const variance = <T extends Shaped>(o: Ops<T>, x: T): T => {
  const centred = o.sub(x, o.repeatLast(last(x.shape), o.mean(x)));
  return o.mean(o.mul(centred, centred));
};
