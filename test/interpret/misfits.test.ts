import { describe, expect, it } from 'vitest';
import { cost, priced } from '../../src/core/interpret/cost.ts';
import { dual, jvp } from '../../src/core/interpret/jvp.ts';
import { graph, inputNode } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import { trace, untraced } from '../../src/core/interpret/trace.ts';
import { pullback, variable, vjp } from '../../src/core/interpret/vjp.ts';
import { complete } from '../../src/core/language/interpreter.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { call, type OpName } from '../../src/core/language/signatures.ts';
import type { Shape, Shaped } from '../../src/core/tensor/shape.ts';
import { ShapeError, zeros } from '../../src/core/tensor/tensor.ts';
import { precise, toPrecise } from '../../src/precise/index.ts';
import { naive } from '../support/naive.ts';

type Bad = readonly [attrs: readonly unknown[], ...shapes: Shape[]];
const pairs: readonly Bad[] = [[[], [2, 3], [3, 2]], [[], [2, 3], [3]], [[], [], [1]]]; // biome-ignore format: one line
const empty: readonly Bad[] = [[[], []], [[], [3, 0]], [[], [0, 0]]]; // biome-ignore format: one line

/** Calls that no operation can make sense of; operations that take any tensor have none. */
const BAD: { readonly [K in OpName]: readonly Bad[] } = {
  constant: [[[[2, 2], [1, 2, 3]]], [[[-1, -3], [1, 2, 3]]], [[[1.5, 2], [1, 2, 3]]], [[[Number.NaN], []]]],
  add: pairs,
  sub: pairs,
  mul: pairs,
  div: pairs,
  scale: [],
  shift: [],
  unary: [],
  gelu: [],
  tag: [],
  matmul: [[[], [2, 3], [2, 3]], [[], [3], [3]], [[], [3], [3, 2]], [[], [2, 3], [3]], [[], [2, 2, 3], [3, 3, 2]], [[], [], []]],
  permute: [[[[0]], [2, 3]], [[[0, 0]], [2, 3]], [[[0, 2]], [2, 3]], [[[0, 1, 2]], [2, 3]], [[[-1, 0]], [2, 3]], [[[0.5, 0]], [2, 3]]],
  reshape: [[[[5]], [2, 3]], [[[-2, -3]], [2, 3]], [[[0.5, 12]], [2, 3]], [[[]], [2]]],
  repeatLeading: [[[[3, 2]], [2, 3]], [[[3]], [2, 3]], [[[1.5, 3]], [3]], [[[-1, 3]], [3]], [[[Number.POSITIVE_INFINITY, 3]], [3]]],
  sumLeading: [[[[2]], [2, 3]], [[[2, 3]], [3]], [[[-3]], [2, 3]], [[[2.5]], [2, 3]]],
  repeatLast: [[[-1], [2]], [[1.5], [2]], [[Number.NaN], [2]], [[Number.POSITIVE_INFINITY], [2]]],
  sumLast: [[[], []]],
  mean: empty,
  maxLast: empty,
  softmax: empty,
  logSoftmax: empty,
  slice: [[[2, 0, 1], [2, 3]], [[-1, 0, 1], [2, 3]], [[0.5, 0, 1], [2, 3]], [[1, 2, 1], [2, 3]], [[1, 0, 4], [2, 3]], [[1, -1, 2], [2, 3]], [[1, 0.5, 1.5], [2, 3]], [[1, 0, 1.5], [2, 3]]],
  pad: [[[2, 0, 9], [2, 3]], [[1, 0, 2], [2, 3]], [[1, 3, 5], [2, 3]], [[1, -1, 5], [2, 3]], [[1, 0.5, 7], [2, 3]], [[1, 0, 7.5], [2, 3]]],
  concat: [[[2], [2, 3], [2, 3]], [[-1], [2, 3]], [[0], [2, 3], [2, 4]], [[0], [2, 3], [3]], [[0], []], [[0]]],
  layerNorm: [[[1e-6], [2, 3], [], [3]], [[1e-6], [2, 3], [3], []], [[1e-6], [2, 3], [4], [3]], [[1e-6], [2, 3], [2, 3], [2, 3]], [[1e-6], [], [], []], [[1e-6], [2, 0], [0], [0]]],
  linear: [[[], [2, 3], [4, 5]], [[], [2, 3], [4, 3], []], [[], [2, 3], [4, 3], [2, 4]], [[], [2, 3], [4, 3], [3]], [[], [2, 3], [3]], [[], [], [4, 1]], [[], [2, 3], [2, 4, 3]]],
  attention: [[[1], [2, 3], [4, 5], [4, 5]], [[1], [2, 3], [4, 3], [5, 3]], [[1], [2, 3], [0, 3], [0, 3]], [[1], [1, 2, 3], [2, 4, 3], [2, 4, 3]], [[1], [3], [3], [3]], [[1], [], [], []], [[1], [2, 3], [4, 3], [4]]],
}; // biome-ignore format: a table
const CALLS = Object.entries(BAD).flatMap(([op, bad]) =>
  bad.map(([attrs, ...shapes]) => [op as OpName, attrs, shapes, `${op} ${JSON.stringify([attrs, ...shapes])}`] as const),
);

/** An interpreter with the way into it. */
const entry = <T extends Shaped>(name: string, o: Ops<T>, into: (shape: Shape) => T): readonly [string, (bad: (typeof CALLS)[number]) => T] => [
  name,
  ([op, attrs, shapes]) => call(o, op, attrs, shapes.map(into)),
]; // biome-ignore format: one line

const still = (s: Shape) => dual(zeros(s), zeros(s));
const deep = jvp(reference);
describe.each([
  entry('reference', reference, zeros),
  entry('derived operations', complete(reference), zeros),
  entry('naive', naive, zeros),
  entry('rounded', rounded(reference, 'BF16'), zeros),
  entry('precise', precise(20), (s) => toPrecise(zeros(s))),
  entry('cost', cost, (s) => priced(s)),
  entry('graph', graph(), (s) => inputNode('x', s)),
  entry('graph of primitives', graph([]), (s) => inputNode('x', s)),
  entry('forward', deep, still),
  entry('reverse', vjp(reference), (s) => variable(zeros(s))),
  entry('trace over reverse over forward', trace(vjp(deep)), (s) => untraced(variable(still(s)))),
  entry('reverse over reverse', vjp(vjp(reference)), (s) => variable(variable(zeros(s)))),
])('%s throws one ShapeError in the name of the operation', (_, run) => {
  it.each(CALLS.map((bad) => [bad[3], bad] as const))('%s', (_call, bad) => {
    const error = (() => {
      try {
        return run(bad);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ShapeError);
    expect((error as ShapeError).operation).toBe(bad[0]);
  });
});

const rates = (s: Shape) => dual(sketch(s), sketch(s));
describe('shape reports one problem in the name of the operation', () => {
  it.each(CALLS.map((bad) => [bad[3], bad] as const))('%s', (_, [op, attrs, shapes]) => {
    const y = call(shape, op, attrs, shapes.map(sketch)); // biome-ignore format: one line
    const moved = call(jvp(shape), op, attrs, shapes.map(rates)); // biome-ignore format: one line
    const traced = call(trace(shape), op, attrs, shapes.map((s) => untraced(sketch(s)))); // biome-ignore format: one line
    for (const found of [problems([y]), problems([moved.value, moved.tangent]), problems([traced.value])])
      expect(found.map(({ operation, where }) => [operation, where])).toEqual([[op, '']]);
  });
  it.each(CALLS.map((bad) => [bad[3], bad] as const))('and in every gradient: %s', (_, [op, attrs, shapes]) => {
    const inputs = shapes.map((s) => variable(sketch(s)));
    const y = call(vjp(shape), op, attrs, inputs);
    const gradient = pullback(shape, [[y, sketch(y.shape)]]);
    const found = problems([y.value, ...inputs.map(gradient)]);
    expect(found.map(({ operation }) => operation)).toEqual([op]);
    for (const input of inputs) expect(problems([gradient(input)])).toEqual(found);
    expect(inputs.map((input) => gradient(input).shape)).toEqual(shapes);
  });
});

it.each([
  ['repeatLeading', () => reference.repeatLeading([1e12, 2], zeros([2]))],
  ['repeatLast', () => reference.repeatLast(1e12, zeros([2]))],
  ['pad', () => reference.pad(0, 0, 1e12, zeros([2]))],
  ['repeatLast', () => precise(20).repeatLast(1e12, toPrecise(zeros([2])))],
])('%s of more numbers than a tensor holds', (operation, run) => {
  expect(run).toThrow(ShapeError);
  expect(run).toThrow(new RegExp(`^${operation}: .*more than 2147483648`));
  expect(cost.repeatLast(1e12, priced([2])).flops).toBe(0);
});
