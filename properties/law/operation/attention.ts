import fc from 'fast-check';
import type { Ops } from '../../../src/core/language/ops.ts';
import type { Shaped } from '../../../src/core/tensor/shape.ts';
import { gather } from '../../formulas.ts';
import { drawnLengths, drawnOrders, drawTensor, type TensorFamily, type TensorSpec, tensorSpecs } from '../../tensor-spec.ts';
import { type Equation, equation, type Law } from '../law.ts';

const ROWS: readonly TensorFamily[] = ['plain', 'integers', 'full', 'peaked', 'small-variance'];

interface Case {
  readonly q: TensorSpec;
  readonly k: TensorSpec;
  readonly v: TensorSpec;
  readonly scale: number;
}
/** Queries (…, M, d), keys (…, N, d) and values (…, N, e), all sizes different. */
const cases = fc.tuple(drawnLengths(6, { min: 1, max: 8 }), fc.nat(2)).chain(([[b, h, m, n, d, e], rank]): fc.Arbitrary<Case> => {
  const lead = [b, h].slice(0, rank);
  return fc.record({
    q: tensorSpecs([...lead, m, d], ROWS),
    k: tensorSpecs([...lead, n, d], ROWS),
    v: tensorSpecs([...lead, n, e], ROWS),
    scale: fc.constantFrom(0.5, 1, 0.125, 0.1767578125),
  });
});
const rowAxis = (r: Shaped): number => r.shape.length - 2;
const claim = <C extends Case>(c: C, sides: Pick<Equation, 'left' | 'right' | 'relation'>) =>
  equation({ spec: c, inputs: { q: drawTensor(c.q), k: drawTensor(c.k), v: drawTensor(c.v) }, ...sides });

/** What attention is, whatever computes it. */
export const attentionLaws: readonly Law[] = [
  {
    name: 'attention: queries',
    statement: 'attention(P q, k, v) = P attention(q, k, v): a query knows nothing of the others',
    exact: 'reference',
    claims: cases.chain((c) =>
      drawnOrders(c.q.shape[rowAxis(c.q)]).map((order) =>
        claim(
          { ...c, order },
          {
            left: (o, { q, k, v }) => ({ y: o.attention(c.scale, gather(o, rowAxis(q), order, q), k, v) }),
            right: (o, { q, k, v }) => ({ y: gather(o, rowAxis(q), order, o.attention(c.scale, q, k, v)) }),
          },
        ),
      ),
    ),
  },
  {
    name: 'attention: keys and values',
    statement: 'attention(q, P k, P v) = attention(q, k, v): their order means nothing',
    exact: 'nowhere',
    claims: cases.chain((c) =>
      drawnOrders(c.k.shape[rowAxis(c.k)]).map((order) =>
        claim(
          { ...c, order },
          {
            left: (o, { q, k, v }) => ({ y: o.attention(c.scale, q, gather(o, rowAxis(k), order, k), gather(o, rowAxis(v), order, v)) }),
            right: (o, { q, k, v }) => ({ y: o.attention(c.scale, q, k, v) }),
          },
        ),
      ),
    ),
  },
  {
    name: 'attention: linear in v',
    statement: 'attention(q, k, c·v + d·w) = c·attention(q, k, v) + d·attention(q, k, w)',
    exact: 'nowhere',
    claims: cases.map((c) => {
      const w = { ...c.v, seed: c.v.seed + 1 };
      const combine = <T extends Shaped>(o: Ops<T>, a: T, b: T): T => o.add(o.scale(2, a), o.scale(-3, b));
      return equation({
        spec: { ...c, w },
        inputs: { q: drawTensor(c.q), k: drawTensor(c.k), v: drawTensor(c.v), w: drawTensor(w) },
        left: (o, { q, k, v, w }) => ({ y: o.attention(c.scale, q, k, combine(o, v, w)) }),
        right: (o, { q, k, v, w }) => ({ y: combine(o, o.attention(c.scale, q, k, v), o.attention(c.scale, q, k, w)) }),
      });
    }),
  },
  {
    name: 'attention: one value',
    statement: 'attention(q, k, the same row everywhere) = that row: weights sum to 1',
    exact: 'nowhere',
    claims: cases.map((c) =>
      claim(c, {
        left: (o, { q, k, v }) => ({ y: o.attention(c.scale, q, k, sameRows(o, v, v.shape[rowAxis(v)])) }),
        right: (o, { q, v }) => ({ y: sameRows(o, v, q.shape[rowAxis(q)]) }),
      }),
    ),
  },
  {
    name: 'attention: key shift',
    statement: 'attention(q, k + 1·cᵀ, v) = attention(q, k, v): one vector added to every key moves all scores of a query alike',
    exact: 'nowhere',
    claims: cases.map((c) =>
      claim(c, {
        left: (o, { q, k, v }) => ({ y: o.attention(c.scale, q, o.add(k, sameRows(o, k, k.shape[rowAxis(k)])), v) }),
        right: (o, { q, k, v }) => ({ y: o.attention(c.scale, q, k, v) }),
      }),
    ),
  },
  {
    name: 'attention: scale',
    statement: 'attention(2·s, q, k, v) = attention(s, 2·q, k, v): the scale stands before the softmax',
    exact: 'reference',
    claims: cases.map((c) =>
      claim(c, {
        left: (o, { q, k, v }) => ({ y: o.attention(2 * c.scale, q, k, v) }),
        right: (o, { q, k, v }) => ({ y: o.attention(c.scale, o.scale(2, q), k, v) }),
      }),
    ),
  },
];

/** The first row of `a`, `count` times. */
const sameRows = <T extends Shaped>(o: Ops<T>, a: T, count: number): T => {
  const axis = rowAxis(a);
  return o.concat(axis, ...Array.from({ length: count }, () => o.slice(axis, 0, 1, a)));
};
