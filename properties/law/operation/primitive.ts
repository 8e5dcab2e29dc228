import fc from 'fast-check';
import { last } from '../../../src/core/tensor/shape.ts';
import { LONG } from '../../axes.ts';
import { drawnShapes, drawTensor, TENSOR_FAMILIES, type TensorFamily, tensorSpecs } from '../../tensor-spec.ts';
import { equation, type Law } from '../law.ts';

const ALL: readonly TensorFamily[] = TENSOR_FAMILIES;

/** What a constant and a maximum are: primitives that no adjoint tells. */
export const primitiveLaws: readonly Law[] = [
  {
    name: 'constant: value',
    statement: 'constant(shape, numbers) is the input of those numbers',
    exact: 'reference',
    claims: fc
      .oneof(drawnShapes(0, 3), LONG.shapes(1, 2))
      .chain((shape) => tensorSpecs(shape, ALL))
      .map((x) =>
        equation({
          spec: { x },
          inputs: { x: drawTensor(x) },
          left: (o) => ({ y: o.constant(x.shape, drawTensor(x).data) }),
          right: (_, { x }) => ({ y: x }),
        }),
      ),
  },
  {
    name: 'maxLast: upper bound',
    statement: 'maxLast(x) ≥ xⱼ for every j',
    exact: 'everywhere',
    claims: drawnShapes(1, 3)
      .chain((shape) => tensorSpecs(shape, ALL))
      .map((x) =>
        equation({
          spec: { x },
          inputs: { x: drawTensor(x) },
          left: (o, { x }) => ({ y: o.repeatLast(last(x.shape), o.maxLast(x)) }),
          right: (_, { x }) => ({ y: x }),
          relation: '≥',
        }),
      ),
  },
  {
    name: 'maxLast: attained',
    statement: 'Πⱼ (maxLast(x) − xⱼ) = 0: it is one of them',
    exact: 'everywhere',
    claims: drawnShapes(1, 3)
      .chain((shape) => tensorSpecs(shape, ['integers', 'tail']))
      .map((x) =>
        equation({
          spec: { x },
          inputs: { x: drawTensor(x) },
          left: (o, { x }) => {
            const below = o.sub(o.repeatLast(last(x.shape), o.maxLast(x)), x);
            const axis = x.shape.length - 1;
            const factors = Array.from({ length: last(x.shape) }, (_, j) => o.slice(axis, j, j + 1, below));
            return { product: factors.reduce((a, b) => o.mul(a, b)) };
          },
          right: (o, { x }) => ({ product: o.scale(0, o.slice(x.shape.length - 1, 0, 1, x)) }),
        }),
      ),
  },
];
