import { describe, expect, it } from 'vitest';
import { cost, priced } from '../../src/core/interpret/cost.ts';
import { dual, jvp } from '../../src/core/interpret/jvp.ts';
import { graph, inputNode } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import { trace, untraced } from '../../src/core/interpret/trace.ts';
import { variable, vjp } from '../../src/core/interpret/vjp.ts';
import { complete } from '../../src/core/language/interpreter.ts';
import { type Ops, UNARY } from '../../src/core/language/ops.ts';
import { holdsNumbers } from '../../src/core/language/signatures.ts';
import { type Shape, type Shaped, size } from '../../src/core/tensor/shape.ts';
import { generate, ShapeError, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { handle } from '../../src/gpu/trace/graph.ts';
import { gpuOps } from '../../src/gpu/trace/ops.ts';
import { naive } from '../support/naive.ts';

/** Operations as one who takes no heed of types calls them, with a value of (2, 2) and one of (2). */
type Call = (o: Record<string, (...all: unknown[]) => Shaped>, x: unknown, row: unknown) => Shaped;
const stranger = (op: string, at: number): string => `${op}: argument ${at} is not a value of this program; use an input or o.constant`;
const CALLS: readonly (readonly [name: string, call: Call, said: string])[] = [
  ['a function that there is not', (o, x) => o.unary('tanh', x), `unary: there is no function tanh; there are ${UNARY.join(', ')}`],
  [
    'a function that every object has',
    (o, x) => o.unary('toString', x),
    `unary: there is no function toString; there are ${UNARY.join(', ')}`,
  ],
  ['a function that is a tensor', (o, x) => o.unary(x, 'exp'), `unary: a function is named, got a tensor; there are ${UNARY.join(', ')}`],
  ['no factor', (o, x) => o.scale(undefined, x), 'scale: the factor must be a number, got undefined'],
  ['a factor that is a text', (o, x) => o.scale('3', x), 'scale: the factor must be a number, got "3"'],
  ['a factor after the tensor', (o, x) => o.scale(x, 3), 'scale: the factor must be a number, got a tensor'],
  ['nothing to add', (o, x) => o.shift(undefined, x), 'shift: what is added must be a number, got undefined'],
  ['no eps', (o, x, row) => o.layerNorm(undefined, x, row, row), 'layerNorm: eps must be a number, got undefined'],
  ['eps forgotten', (o, x, row) => o.layerNorm(x, row, row), 'layerNorm: eps must be a number, got a tensor'],
  ['no scale', (o, x) => o.attention(undefined, x, x, x), 'attention: the scale must be a number, got undefined'],
  ['no order', (o, x) => o.permute(undefined, x), 'permute: the order of axes must be an array, as in [1, 0], got undefined'],
  ['no shape', (o, x) => o.reshape(4, x), 'reshape: 4 is not a shape; give the lengths of its axes, as in [2, 3]'],
  ['no axis', (o, x) => o.slice(undefined, 0, 1, x), 'slice: the axis must be a number, got undefined'],
  ['parts as an array', (o, x) => o.concat(0, [x, x]), stranger('concat', 2)],
  ['no numbers', (o) => o.constant([2]), 'constant: the numbers of a constant must be an array, got undefined'],
  ['no name', (o, x) => o.tag(undefined, x), 'tag: the name must be a string, got undefined'],
  ['nothing first', (o, x) => o.add(undefined, x), stranger('add', 1)],
  ['nothing second', (o, x) => o.mul(x, undefined), stranger('mul', 2)],
  ['one too few', (o, x) => o.sub(x), stranger('sub', 2)],
  ['nothing at all', (o) => o.add(undefined, undefined), stranger('add', 1)],
  ['nothing to scale', (o) => o.scale(2, undefined), stranger('scale', 2)],
  ['nothing to normalise', (o) => o.softmax(undefined), stranger('softmax', 1)],
  ['null', (o, x) => o.add(x, null), stranger('add', 2)],
  ['a number', (o, x) => o.div(x, 2), stranger('div', 2)],
  ['an array', (o, x) => o.matmul(x, [[1, 2], [3, 4]]), stranger('matmul', 2)], // biome-ignore format: one line
  ['a shape alone', (o, x) => o.add(x, { shape: [2, 2] }), stranger('add', 2)],
  ['no weights', (o, x) => o.linear(x, undefined), stranger('linear', 2)],
  ['a bias that is a number', (o, x) => o.linear(x, x, 1), stranger('linear', 3)],
  ['no bias of a norm', (o, x, row) => o.layerNorm(1e-6, x, row, undefined), stranger('layerNorm', 4)],
];

const values = (of: Shape): Tensor => generate(of, (i) => i + 1);
const entry = <T extends Shaped>(name: string, o: Ops<T>, into: (shape: Shape) => T): readonly [string, (call: Call) => Shaped] => [
  name,
  (call) => call(o as unknown as Parameters<Call>[0], into([2, 2]), into([2])),
];
const still = (s: Shape) => dual(values(s), values(s));
const INTERPRETERS = [
  entry('reference', reference, values),
  entry('derived operations', complete(reference, {}, { isValue: holdsNumbers }), values),
  entry('naive', naive, values),
  entry('rounded', rounded(reference, 'BF16'), values),
  entry('cost', cost, (s) => priced(s)),
  entry('graph', graph(), (s) => inputNode('x', s)),
  entry('graph of primitives', graph([]), (s) => inputNode('x', s)),
  entry('forward', jvp(reference), still),
  entry('reverse', vjp(reference), (s) => variable(values(s))),
  entry('trace over reverse over forward', trace(vjp(jvp(reference))), (s) => untraced(variable(still(s)))),
  entry('gpu', gpuOps, (s) => handle({ kind: 'stored', shape: s, parts: [], name: 'x' })),
];
/** What an interpreter throws. */
const thrownBy = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (mistake) {
    return mistake;
  }
};

describe.each(INTERPRETERS)('%s throws one ShapeError', (name, run) => {
  const calls = name === 'naive' ? CALLS.filter(([what]) => what !== 'a shape alone') : CALLS;
  it.each(calls)('%s', (_, call, said) => {
    const mistake = thrownBy(() => run(call));
    expect(mistake).toBeInstanceOf(ShapeError);
    expect((mistake as ShapeError).message).toBe(said);
  });
  it('and takes a bias that is absent, and what JavaScript hands over beyond the arguments', () => {
    expect(run((o, x) => o.linear(x, x, undefined)).shape).toEqual([2, 2]);
    expect(run((o, x) => [x].map(o.gelu)[0]).shape).toEqual([2, 2]);
  });
});

describe('shape reports one problem', () => {
  const [, run] = entry('shape', shape, sketch);
  it.each(CALLS)('%s', (_, call, said) => {
    const found = problems([run(call) as ReturnType<typeof sketch>]);
    expect(found.map(({ operation, message }) => `${operation}: ${message}`)).toEqual([said]);
  });
});

describe('a value of another interpreter is none of this one', () => {
  const dual = variable(values([2, 2]));
  const foreign = values([2, 2]);
  it.each([
    ['reference', () => reference.add(foreign, sketch([2, 2]) as unknown as Tensor)],
    ['graph', () => graph().add(inputNode('x', [2, 2]), foreign as never)],
    ['cost', () => cost.add(priced([2, 2]), foreign as never)],
    ['forward', () => jvp(reference).add(still([2, 2]), foreign as never)],
    ['reverse', () => vjp(reference).add(dual, foreign as never)],
    ['trace', () => trace(reference).add(untraced(foreign), foreign as never)],
    ['gpu', () => gpuOps.add(handle({ kind: 'stored', shape: [2, 2], parts: [], name: 'x' }), foreign as never)],
  ])('%s', (_, run) => expect(run).toThrow(stranger('add', 2)));
  it('shape', () => {
    const [found] = problems([shape.add(sketch([2, 2]), foreign as never)]);
    expect(`${found.operation}: ${found.message}`).toBe(stranger('add', 2));
  });
});

it('a factor that is NaN is a number', () => {
  expect([...reference.scale(Number.NaN, tensor([1], [1])).data]).toEqual([Number.NaN]);
  expect(size(graph().shift(Number.NaN, inputNode('x', [3])).shape)).toBe(3);
});
