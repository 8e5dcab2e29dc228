import { describe, expect, it } from 'vitest';
import { proved } from '../../properties/bound.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { pullback, variable, vjp } from '../../src/core/interpret/vjp.ts';
import type { Ops, Program } from '../../src/core/language/ops.ts';
import { boundsOf, judgeProgram } from '../../src/core/oracle/verdict/judge-program.ts';
import { full, type Tensor, tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { FLOAT32 } from './zoo.ts';

const FLOAT16 = { u: 2 ** -11, elementary: () => 4, tiny: 2 ** -24, largest: 65504 };
const row = (...xs: readonly number[]): Tensor => tensor([1, xs.length], xs);
const normed: Program = (o, { x }) => ({
  y: o.layerNorm(
    1e-6,
    x,
    o.repeatLeading([x.shape[1]], o.constant([], Float64Array.of(1))),
    o.repeatLeading([x.shape[1]], o.constant([], Float64Array.of(0))),
  ),
});
const expGradient: Program = (o, { x, dy }) => {
  const r = vjp(o);
  const at = variable(x);
  return { dx: pullback(o, [[r.unary('exp', at), dy]])(at) };
};

describe('where the format overflows on the way nothing is proved, and honest engines do not fail', () => {
  it.each<readonly [string, Program, Readonly<Record<string, Tensor>>]>([
    ['squares of LayerNorm', normed, { x: row(1e30, -1e30, 0) }],
    ['scores of a softmax', (o, { x }) => ({ y: o.softmax(o.mul(x, x)) }), { x: row(1e20, 1) }],
    ['scores before their scale', (o, { x }) => ({ y: o.attention(1e-3, x, x, x) }), { x: tensor([1, 2, 1], [1e20, 1]) }],
    ['a sum that cancels', (o, { x }) => ({ y: o.sumLast(x) }), { x: row(3e38, 3e38, -3e38, -3e38) }],
    ['products that cancel', (o, { x }) => ({ y: o.linear(x, x) }), { x: tensor([2, 2], [2e19, 2e19, 2e19, -2e19]) }],
    ['e^x in its own gradient', expGradient, { x: row(88.75), dy: row(1e-10) }],
    ['zero times infinity', (o, { x }) => ({ y: o.scale(0, o.mul(x, x)) }), { x: row(1e20) }],
  ])('%s', (_name, program, inputs) => {
    const got = program(rounded(reference, 'F32'), inputs);
    expect(judgeProgram(FLOAT32, program, inputs, got)).toMatchObject({ failed: 0 });
    const { error } = Object.values(boundsOf(FLOAT32, program, inputs))[0];
    expect(Array.from(error.data)).toContain(Number.POSITIVE_INFINITY);
  });

  it.each([
    ['q', (o: Ops<Tensor>, q: Tensor, k: Tensor, v: Tensor) => o.attention(1, o.scale(8, q), k, v)],
    ['k', (o: Ops<Tensor>, q: Tensor, k: Tensor, v: Tensor) => o.attention(1, q, o.scale(8, k), v)],
  ] as const)('a scale above 1 may multiply %s first', (which, early) => {
    const [large, small] = [tensor([1, 1], [1e38]), tensor([2, 1], [1e-38, 2e-38])];
    const [q, k] = which === 'q' ? [large, small] : [tensor([1, 1], [1e-38]), tensor([2, 1], [1e38, 2e37])];
    const inputs = { q, k, v: tensor([2, 1], [1, 2]) };
    const program: Program = (o, given) => ({ y: o.attention(8, given.q, given.k, given.v) });
    const got = { y: early(rounded(reference, 'F32'), q, k, inputs.v) };
    expect(got.y.data[0]).toBeNaN();
    expect(judgeProgram(FLOAT32, program, inputs, got)).toMatchObject({ failed: 0, unproved: 1 });
  });

  it('a gain so small that it loses bits may multiply first', () => {
    const [x, gain, bias] = [row(30, -30), tensor([2], [1.1e-40, 1.3e-40]), zeros([2])];
    const program: Program = (o, inputs) => ({ y: o.layerNorm(1e-6, inputs.x, inputs.gain, inputs.bias) });
    const f32 = rounded(reference, 'F32');
    const y = f32.mul(x, f32.scale(1 / 30, f32.repeatLeading([1, 2], gain)));
    expect(judgeProgram(FLOAT32, program, { x, gain, bias }, { y })).toMatchObject({ failed: 0 });
  });

  it('float16 overflows sooner', () => {
    const x = row(800, -800, 400, -400);
    expect(Array.from(proved(FLOAT16)(normed, { x }).y.data)).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
    expect(proved(FLOAT16)(normed, { x: row(8, -8, 4, -4) }).y.data[0]).toBeLessThan(0.1);
  });

  it('and large numbers that overflow nowhere are judged as before', () => {
    const x = row(1e17, -1e17, 0);
    expect(judgeProgram(FLOAT32, normed, { x }, normed(rounded(reference, 'F32'), { x }))).toMatchObject({
      compared: 3,
      unproved: 0,
      failed: 0,
    });
    expect(judgeProgram(FLOAT32, normed, { x }, { y: full([1, 3], 0) })).toMatchObject({ failed: 2 });
  });
});
