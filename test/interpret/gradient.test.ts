import { describe, expect, it } from 'vitest';
import { valueAndGradient } from '../../src/core/interpret/gradient.ts';
import { dual, jvp } from '../../src/core/interpret/jvp.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { pullback, variable, vjp } from '../../src/core/interpret/vjp.ts';
import { ShapeError, tensor, zeros } from '../../src/core/tensor/tensor.ts';

const x = tensor([2], [3, 5]);

describe('an upstream gradient has the shape of its output', () => {
  it.each([[[3]], [[]], [[1, 2]]])('%j for (2)', (of) => {
    const wrong = () => pullback(reference, [[vjp(reference).scale(2, variable(x)), zeros(of)]]);
    expect(wrong).toThrow(ShapeError);
    expect(wrong).toThrow(/^pullback: an output \(2\) needs an upstream gradient of its shape/);
  });
  it('is one problem among the others', () => {
    const [a, b] = [variable(sketch([2])), variable(sketch([3]))];
    const y = vjp(shape).add(a, b);
    const gradient = pullback(shape, [
      [y, sketch([2])],
      [vjp(shape).scale(2, b), sketch([4])],
    ]);
    expect(problems([gradient(a), gradient(b)]).map(({ operation }) => operation)).toEqual(['add', 'pullback']);
    expect([gradient(a).shape, gradient(b).shape]).toEqual([[2], [3]]);
  });
});

describe('valueAndGradient needs one number', () => {
  it.each([
    ['(2)', valueAndGradient((o, i) => o.mul(i.x, i.x))],
    ['(1)', valueAndGradient((o, i) => o.reshape([1], o.sumLast(i.x)))],
  ])('%s is none', (of, run) => {
    expect(() => run(reference, { x })).toThrow(`valueAndGradient: the program must give one number, a tensor of shape (), got ${of}`);
    const { value, gradient } = run(shape, { x: sketch([2]) });
    expect(problems([value, ...Object.values(gradient)]).map(({ operation }) => operation)).toEqual(['valueAndGradient']);
    expect(gradient.x.shape).toEqual([2]);
  });
  it('of a program with a mistake, which is told once', () => {
    const run = valueAndGradient((o, { w, b, ...i }) => o.sumLeading([], o.gelu(o.linear(i.x, w, b))));
    const { value, gradient } = run(shape, { x: sketch([2, 3]), w: sketch([4, 5]), b: sketch([4]) });
    expect(problems([value, ...Object.values(gradient)]).map(({ operation }) => operation)).toEqual(['linear']);
    expect(problems([gradient.x])).toEqual(problems([value]));
  });
});

it('interpreters go over interpreters: the derivatives of x³', () => {
  const once = vjp(reference);
  const twice = vjp(once);
  const three = vjp(twice);
  const p = variable(variable(variable(x)));
  const one = (n: number) => tensor([n], Array(n).fill(1));
  const first = pullback(twice, [[three.mul(p, three.mul(p, p)), variable(variable(one(2)))]])(p);
  const second = pullback(once, [[first, variable(one(2))]])(p.value);
  const third = pullback(reference, [[second, one(2)]])(p.value.value);
  expect([first.value.value, second.value, third].map(({ data }) => Array.from(data))).toEqual([[27, 75], [18, 30], [6, 6]]); // biome-ignore format: one line
});

it('what is wrong with a rate alone is not lost where its value is refused', () => {
  const o = jvp(shape);
  const rate = shape.reshape([2], sketch([3]));
  const y = o.add(dual(sketch([2]), rate), dual(sketch([3]), sketch([3])));
  expect(problems([y.tangent]).map(({ operation }) => operation)).toEqual(['reshape', 'add']);
});

it('trace over reverse over forward: value, gradient and its rate, and what was tagged', () => {
  const f = jvp(reference);
  const o = trace(vjp(f));
  const at = variable(dual(x, tensor([2], [1, 1])));
  const y = o.within('block').tag('square', o.mul(untraced(at), untraced(at)));
  const gradient = pullback(f, [[y.value, dual(tensor([2], [1, 1]), zeros([2]))]])(at);
  expect(Array.from(gradient.value.data)).toEqual([6, 10]);
  expect(Array.from(gradient.tangent.data)).toEqual([2, 2]);
  expect(Object.keys(taps([y]))).toEqual(['block.square']);
});
