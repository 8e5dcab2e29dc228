import fc from 'fast-check';
import { last, rows, type Shape } from '../../../src/core/tensor/shape.ts';
import { filled, gather } from '../../formulas.ts';
import { drawnOrders, drawnShapes, drawTensor, type TensorFamily, tensorSpecs } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

const SCORES: readonly TensorFamily[] = ['plain', 'integers', 'full', 'peaked', 'offset', 'small-variance', 'flat', 'wide'];
/** Numbers on a grid so coarse that adding a small integer rounds nothing, in float32 either. */
const GRID: readonly TensorFamily[] = ['plain', 'integers', 'peaked', 'flat'];
const drawn = (families: readonly TensorFamily[] = SCORES) => drawnShapes(1, 3).chain((shape) => tensorSpecs(shape, families));
const lastAxis = (shape: Shape): number => shape.length - 1;

/** What softmax and its logarithm are, whatever computes them. */
export const softmaxLaws: readonly Law[] = [
  {
    name: 'softmax: shift',
    statement: 'softmax(x + c) = softmax(x)',
    exact: 'reference',
    claims: fc.tuple(drawn(GRID), fc.constantFrom(1, -3, 50, -200)).map(([x, c]) =>
      equation({
        spec: { x, c },
        inputs: { x: drawTensor(x) },
        left: (o, { x }) => ({ y: o.softmax(o.shift(c, x)) }),
        right: (o, { x }) => ({ y: o.softmax(x) }),
      }),
    ),
  },
  {
    name: 'softmax: sum',
    statement: 'Σⱼ softmax(x)ⱼ = 1',
    exact: 'nowhere',
    claims: drawn().map((x) =>
      equation({
        spec: { x },
        inputs: { x: drawTensor(x) },
        left: (o, { x }) => ({ sum: o.sumLast(o.softmax(x)) }),
        right: (o, { x }) => ({ sum: filled(o, rows(x.shape), 1) }),
      }),
    ),
  },
  {
    name: 'softmax: positive',
    statement: 'softmax(x) ≥ 0',
    exact: 'everywhere',
    claims: drawn().map((x) =>
      equation({
        spec: { x },
        inputs: { x: drawTensor(x) },
        left: (o, { x }) => ({ y: o.softmax(x) }),
        right: (o, { x }) => ({ y: filled(o, x.shape, 0) }),
        relation: '≥',
      }),
    ),
  },
  {
    name: 'softmax: permutation',
    statement: 'softmax(P x) = P softmax(x)',
    exact: 'nowhere',
    claims: drawn().chain((x) =>
      drawnOrders(last(x.shape)).map((order) =>
        equation({
          spec: { x, order },
          inputs: { x: drawTensor(x) },
          left: (o, { x }) => ({ y: o.softmax(gather(o, lastAxis(x.shape), order, x)) }),
          right: (o, { x }) => ({ y: gather(o, lastAxis(x.shape), order, o.softmax(x)) }),
        }),
      ),
    ),
  },
  {
    name: 'softmax: ratio',
    statement: 'softmax(x)ᵢ / softmax(x)ⱼ = exp(xᵢ − xⱼ), for neighbours i, j',
    exact: 'nowhere',
    claims: drawn(['plain', 'integers', 'full', 'small-variance']).map((x) => {
      const [axis, n] = [lastAxis(x.shape), last(x.shape)];
      return equation({
        spec: { x },
        inputs: { x: drawTensor(x) },
        left: (o, { x }) => {
          const y = o.softmax(x);
          return { ratio: o.div(o.slice(axis, 0, n - 1, y), o.slice(axis, 1, n, y)) };
        },
        right: (o, { x }) => ({ ratio: o.unary('exp', o.sub(o.slice(axis, 0, n - 1, x), o.slice(axis, 1, n, x))) }),
      });
    }),
  },
  {
    name: 'logSoftmax: shift',
    statement: 'logSoftmax(x + c) = logSoftmax(x)',
    exact: 'reference',
    claims: fc.tuple(drawn(GRID), fc.constantFrom(1, -3, 50, -200)).map(([x, c]) =>
      equation({
        spec: { x, c },
        inputs: { x: drawTensor(x) },
        left: (o, { x }) => ({ y: o.logSoftmax(o.shift(c, x)) }),
        right: (o, { x }) => ({ y: o.logSoftmax(x) }),
      }),
    ),
  },
  {
    name: 'logSoftmax: exponential',
    statement: 'exp(logSoftmax(x)) = softmax(x)',
    exact: 'nowhere',
    claims: drawn().map((x) =>
      equation({
        spec: { x },
        inputs: { x: drawTensor(x) },
        left: (o, { x }) => ({ y: o.unary('exp', o.logSoftmax(x)) }),
        right: (o, { x }) => ({ y: o.softmax(x) }),
      }),
    ),
  },
  {
    name: 'logSoftmax: negative',
    statement: '0 ≥ logSoftmax(x)',
    exact: 'nowhere',
    claims: drawn().map((x) =>
      equation({
        spec: { x },
        inputs: { x: drawTensor(x) },
        left: (o, { x }) => ({ y: filled(o, x.shape, 0) }),
        right: (o, { x }) => ({ y: o.logSoftmax(x) }),
        relation: '≥',
      }),
    ),
  },
];
