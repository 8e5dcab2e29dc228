import fc from 'fast-check';
import { last } from '../../src/core/tensor/shape.ts';
import { LONG } from '../axes.ts';
import { equation, type Law } from '../law.ts';
import { draw, FAMILIES, type Family, recipes, shapes } from '../tensor-spec.ts';

const ALL: readonly Family[] = FAMILIES;

/** What a constant and a maximum are: primitives that no adjoint tells. */
export const primitiveLaws: readonly Law[] = [
  {
    name: 'constant: value',
    statement: 'constant(shape, numbers) is the input of those numbers',
    exact: 'reference',
    claims: fc
      .oneof(shapes(0, 3), LONG.shapes(1, 2))
      .chain((shape) => recipes(shape, ALL))
      .map((x) =>
        equation({
          recipe: { x },
          inputs: { x: draw(x) },
          left: (o) => ({ y: o.constant(x.shape, draw(x).data) }),
          right: (_, { x }) => ({ y: x }),
        }),
      ),
  },
  {
    name: 'peak: upper bound',
    statement: 'peak(x) ≥ xⱼ for every j',
    exact: 'everywhere',
    claims: shapes(1, 3)
      .chain((shape) => recipes(shape, ALL))
      .map((x) =>
        equation({
          recipe: { x },
          inputs: { x: draw(x) },
          left: (o, { x }) => ({ y: o.spread(last(x.shape), o.peak(x)) }),
          right: (_, { x }) => ({ y: x }),
          relation: '≥',
        }),
      ),
  },
  {
    name: 'peak: attained',
    statement: 'Πⱼ (peak(x) − xⱼ) = 0: it is one of them',
    exact: 'everywhere',
    claims: shapes(1, 3)
      .chain((shape) => recipes(shape, ['integers', 'tail']))
      .map((x) =>
        equation({
          recipe: { x },
          inputs: { x: draw(x) },
          left: (o, { x }) => {
            const below = o.sub(o.spread(last(x.shape), o.peak(x)), x);
            const axis = x.shape.length - 1;
            const factors = Array.from({ length: last(x.shape) }, (_, j) => o.slice(axis, j, j + 1, below));
            return { product: factors.reduce((a, b) => o.mul(a, b)) };
          },
          right: (o, { x }) => ({ product: o.scale(0, o.slice(x.shape.length - 1, 0, 1, x)) }),
        }),
      ),
  },
];
