import { describe, expect, it } from 'vitest';
import { proved } from '../../properties/bound.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { leaf, pullback, reverse } from '../../src/core/interpret/reverse.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import type { Computation } from '../../src/core/ops.ts';
import { boundsOf, judged } from '../../src/core/oracle/follow.ts';
import { full, type Tensor, tensor } from '../../src/core/tensor.ts';
import { FLOAT32 } from './zoo.ts';

const FLOAT16 = { u: 2 ** -11, elementary: () => 4, tiny: 2 ** -24, largest: 65504 };
const row = (...xs: readonly number[]): Tensor => tensor([1, xs.length], xs);
const normed: Computation = (o, { x }) => ({
  y: o.layerNorm(
    1e-6,
    x,
    o.tile([x.shape[1]], o.constant([], Float64Array.of(1))),
    o.tile([x.shape[1]], o.constant([], Float64Array.of(0))),
  ),
});
const expGradient: Computation = (o, { x, dy }) => {
  const r = reverse(o);
  const at = leaf(x);
  return { dx: pullback(o, [[r.unary('exp', at), dy]])(at) };
};

describe('where the format overflows on the way nothing is proved, and honest engines do not fail', () => {
  it.each<readonly [string, Computation, Readonly<Record<string, Tensor>>]>([
    ['squares of LayerNorm', normed, { x: row(1e30, -1e30, 0) }],
    ['scores of a softmax', (o, { x }) => ({ y: o.softmax(o.mul(x, x)) }), { x: row(1e20, 1) }],
    ['scores before their scale', (o, { x }) => ({ y: o.attention(1e-3, x, x, x) }), { x: tensor([1, 2, 1], [1e20, 1]) }],
    ['a sum that cancels', (o, { x }) => ({ y: o.sumLast(x) }), { x: row(3e38, 3e38, -3e38, -3e38) }],
    ['products that cancel', (o, { x }) => ({ y: o.linear(x, x) }), { x: tensor([2, 2], [2e19, 2e19, 2e19, -2e19]) }],
    ['e^x in its own gradient', expGradient, { x: row(88.75), dy: row(1e-10) }],
    ['zero times infinity', (o, { x }) => ({ y: o.scale(0, o.mul(x, x)) }), { x: row(1e20) }],
  ])('%s', (_name, program, inputs) => {
    const got = program(rounded(reference, 'f32'), inputs);
    expect(judged(FLOAT32, program, inputs, got)).toMatchObject({ failed: 0 });
    const { error } = Object.values(boundsOf(FLOAT32, program, inputs))[0];
    expect(Array.from(error.data)).toContain(Number.POSITIVE_INFINITY);
  });

  it('float16 overflows sooner', () => {
    const x = row(800, -800, 400, -400);
    expect(Array.from(proved(FLOAT16)(normed, { x }).y.data)).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
    expect(proved(FLOAT16)(normed, { x: row(8, -8, 4, -4) }).y.data[0]).toBeLessThan(0.1);
  });

  it('and large numbers that overflow nowhere are judged as before', () => {
    const x = row(1e17, -1e17, 0);
    expect(judged(FLOAT32, normed, { x }, normed(rounded(reference, 'f32'), { x }))).toMatchObject({ compared: 3, unproved: 0, failed: 0 });
    expect(judged(FLOAT32, normed, { x }, { y: full([1, 3], 0) })).toMatchObject({ failed: 2 });
  });
});
