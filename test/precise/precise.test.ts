import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import type { Shape, Shaped } from '../../src/core/tensor/shape.ts';
import { generate, ShapeError, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { bigNumbers, exactly, fromPrecise, nearest, type Precise, precise, preciseTensor, toPrecise } from '../../src/precise/index.ts';

/** Numbers of mixed sign and size that differ from element to element. */
const numbers = (shape: Shape, start = 0): Tensor => generate(shape, (i) => (((i * 7 + start) % 11) - 5.25) / 3);

/** Programs of one rounding at most for each element: the same doubles, when decimal numbers carry all digits of a product. */
const EXACT: Readonly<Record<string, <T extends Shaped>(o: Ops<T>, a: T, b: T) => T>> = {
  add: (o, a, b) => o.add(a, b),
  sub: (o, a, b) => o.sub(a, b),
  mul: (o, a, b) => o.mul(a, b),
  div: (o, a, b) => o.div(a, b),
  scale: (o, a) => o.scale(0.1, a),
  shift: (o, a) => o.shift(0.1, a),
  constant: (o) => o.constant([2], tensor([2], [0.1, -0]).data),
  permute: (o, a) => o.permute([2, 0, 1], a),
  'permute back': (o, a) => o.permute([1, 2, 0], a),
  reshape: (o, a) => o.reshape([6, 4], a),
  repeatLeading: (o, a) => o.repeatLeading([5, 2, 3, 4], a),
  repeatLast: (o, a) => o.repeatLast(3, a),
  'slice of the first axis': (o, a) => o.slice(0, 1, 2, a),
  'slice of the middle axis': (o, a) => o.slice(1, 1, 3, a),
  'slice of the last axis': (o, a) => o.slice(2, 0, 3, a),
  'pad of the first axis': (o, a) => o.pad(0, 1, 4, a),
  'pad of the middle axis': (o, a) => o.pad(1, 2, 6, a),
  'pad of the last axis': (o, a) => o.pad(2, 0, 5, a),
  'concat of the first axis': (o, a, b) => o.concat(0, a, b),
  'concat of the middle axis': (o, a, b) => o.concat(1, a, o.slice(1, 0, 2, b)),
  'concat of the last axis': (o, a, b) => o.concat(2, o.slice(2, 0, 1, a), b, a),
  maxLast: (o, a) => o.maxLast(a),
  sqrt: (o, a) => o.unary('sqrt', o.mul(a, a)),
};

/** Programs of many roundings: equal to about the last digits of a double. */
const CLOSE: typeof EXACT = {
  sumLeading: (o, a) => o.sumLeading([4], a),
  sumLast: (o, a) => o.sumLast(a),
  mean: (o, a) => o.mean(a),
  matmul: (o, a, b) => o.matmul(a, o.permute([0, 2, 1], b)),
  softmax: (o, a) => o.softmax(a),
  logSoftmax: (o, a) => o.logSoftmax(a),
  gelu: (o, a) => o.gelu(a),
  layerNorm: (o, a, b) => {
    const row = o.reshape([4], o.slice(1, 0, 1, o.slice(0, 0, 1, b)));
    return o.layerNorm(1e-6, a, row, row);
  },
  linear: (o, a, b) => o.linear(a, o.reshape([6, 4], b), o.reshape([6], o.slice(0, 0, 6, o.reshape([24], a)))),
  attention: (o, a, b) => o.attention(0.5, a, b, o.add(a, b)),
};

describe('precise is the reference with more digits', () => {
  let o: Ops<Precise>;
  beforeAll(() => {
    o = precise(120);
  });
  const [a, b] = [numbers([2, 3, 4]), numbers([2, 3, 4], 3)];
  const both = (program: (typeof EXACT)[string]): readonly [Tensor, Tensor] => [
    fromPrecise(program(o, toPrecise(a), toPrecise(b))),
    program(reference, a, b),
  ];
  it.each(Object.entries(EXACT))('%s gives the same doubles', (_, program) => {
    const [got, want] = both(program);
    expect(got.shape).toEqual(want.shape);
    expect(Array.from(got.data)).toEqual(Array.from(want.data));
  });
  it.each(Object.entries(CLOSE))('%s gives doubles within 2⁻⁴⁸ of the greatest', (_, program) => {
    const [got, want] = both(program);
    expect(got.shape).toEqual(want.shape);
    const greatest = Math.max(...Array.from(want.data, Math.abs));
    const error = Math.max(...Array.from(want.data, (x, i) => Math.abs(x - got.data[i])));
    expect(error / greatest).toBeLessThan(2 ** -48);
  });
  it('x − x is 0, however many digits x has', () => {
    const x = toPrecise(tensor([2], [0.1, 1e308]));
    expect(fromPrecise(precise(40).sub(x, x)).data).toEqual(new Float64Array(2));
    expect(fromPrecise(precise(40).softmax(toPrecise(tensor([2], [1, 1e308])))).data).toEqual(Float64Array.of(0, 1));
  });

  it('digits are what was asked for', () => {
    const third = (digits: number) => String(precise(digits).div(toPrecise(tensor([], [1])), toPrecise(tensor([], [3]))).data[0]);
    expect(third(5)).toBe('0.33333');
    expect(third(60)).toBe(`0.${'3'.repeat(60)}`);
  });
  it('tensors of one precision work in another', () => {
    const third = precise(50).div(toPrecise(tensor([], [1])), toPrecise(tensor([], [3])));
    expect(String(precise(5).scale(1, third).data[0])).toBe('0.33333');
    expect(String(precise(70).add(third, third).data[0])).toBe(`0.${'6'.repeat(50)}`);
  });
  it('shapes that do not fit throw one ShapeError that names the operation', () => {
    const [x, y] = [toPrecise(numbers([2, 3])), toPrecise(numbers([3, 3]))];
    expect(() => o.add(x, y)).toThrow(ShapeError);
    expect(() => o.add(x, y)).toThrow(/^add: shapes \(2, 3\) and \(3, 3\)/);
    expect(() => preciseTensor([2], [])).toThrow(ShapeError);
  });
  it('empty tensors pass', () => {
    const none = toPrecise(tensor([0, 3], []));
    expect(o.sumLast(none).shape).toEqual([0]);
    expect(fromPrecise(o.sumLeading([3], none)).data).toEqual(new Float64Array(3));
    expect(o.pad(0, 0, 2, none).data.length).toBe(6);
  });
});

describe('doubles and decimal numbers', () => {
  it('a double survives the way there and back, bit for bit', () => {
    const B = bigNumbers(3);
    fc.assert(fc.property(fc.double(), (x) => Object.is(nearest(exactly(B, x)), x)));
    for (const x of [5e-324, 2 ** -1022, Number.MAX_VALUE, -0, Infinity, -Infinity, Number.NaN]) expect(nearest(exactly(B, x))).toBe(x);
  });
  it('the way back rounds to nearest, ties to even', () => {
    const B = bigNumbers(60);
    const half = new B(2).pow(-53);
    expect(nearest(half.plus(1))).toBe(1);
    expect(nearest(half.plus(1).plus('1e-50'))).toBe(1 + Number.EPSILON);
    expect(nearest(half.times(3).plus(1))).toBe(1 + 2 * Number.EPSILON);
  });
});
