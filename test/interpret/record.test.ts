import { describe, expect, it } from 'vitest';
import { record, replay } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, shape, sketch } from '../../src/core/interpret/shape.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { pullback, variable, vjp } from '../../src/core/interpret/vjp.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { paramShapes } from '../../src/core/model/deit/params.ts';
import { forwardProgram } from '../../src/core/model/deit/program.ts';
import { generate, ShapeError, zeros } from '../../src/core/tensor/tensor.ts';

const config = deitConfig({ image: [12, 8], patch: 4, dim: 12, depth: 2, heads: 3, classes: 5, distilled: true });
const program = forwardProgram(config);
const shapes = {
  ...paramShapes(config),
  image: [2, 3, 12, 8],
};
const inputs = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], j) => [name, generate(shape, (i) => Math.fround(((i * 37 + j * 11) % 101) / 50 - 1))]),
);

it.each([
  ['named operations whole', undefined],
  ['primitives only', []],
] as const)('a recorded model replays to the same bits: %s', (_, whole) => {
  const recorded = record(program, shapes, whole);
  const direct = program(reference, inputs);
  const again = replay(recorded)(reference, inputs);
  expect(again.logits_cls.data).toEqual(direct.logits_cls.data);
  expect(again.logits_dist.data).toEqual(direct.logits_dist.data);
});

it('each step needs only earlier ones', () => {
  const { instructions: steps } = record(program, shapes);
  expect(steps.filter(({ args }, i) => args.some((a) => a >= i))).toEqual([]);
});

it.each([
  ['named operations whole', undefined],
  ['primitives only', []],
] as const)('the names of tags survive recording: %s', (_, whole) => {
  const named = (f: Program) =>
    taps(Object.values(f(trace(reference), Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, untraced(x)])))));
  const [direct, again] = [named(program), named(replay(record(program, shapes, whole)))];
  expect(Object.keys(again)).toEqual(Object.keys(direct));
  expect(Object.keys(again)).toEqual(expect.arrayContaining(['blocks.0.attn_probs', 'blocks.1.attn_probs']));
  expect(again).toEqual(direct);
});

it('recording inside a recording, and of a gradient, gives the names of the gradient', () => {
  const gradient: Program = (o, x) => {
    const leaves = Object.fromEntries(Object.entries(x).map(([name, t]) => [name, variable(t)]));
    const { logits_cls: cls } = replay(record(program, shapes))(vjp(o), leaves);
    return { image: pullback(o, [[cls, o.shift(1, o.scale(0, cls.value))]])(leaves.image) };
  };
  const traced = replay(record(gradient, shapes))(
    trace(reference),
    Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, untraced(x)])),
  );
  const names = Object.keys(taps(Object.values(traced)));
  expect(names).toEqual(expect.arrayContaining(['blocks.0.attn_probs', 'blocks.1.d.attn_probs', 'blocks.1.d.norm1', 'd.tokens']));
  expect(traced.image.value.data).toEqual(gradient(reference, inputs).image.data);
});

describe('what does not fit a recorded program', () => {
  const program: Program = (o, { x, y }) => ({ z: o.add(o.scale(2, x), y) });
  const twice = replay(record(program, { x: [2], y: [2] }));
  it('an input that is missing, or has another shape', () => {
    expect(() => twice(reference, { y: zeros([2]) })).toThrow(ShapeError);
    expect(() => twice(reference, { y: zeros([2]) })).toThrow('replay: input x is missing, the program was recorded for (2)');
    expect(() => twice(reference, { x: zeros([3]), y: zeros([2]) })).toThrow('replay: input x is (3), the program was recorded for (2)');
  });
  it('is told at once where nothing is computed', () => {
    const { z } = twice(shape, { y: sketch([3]) });
    expect(problems([z]).map(({ message }) => message.slice(0, 18))).toEqual(['input x is missing', 'input y is (3), th']);
  });
  it('shapes that are none', () => {
    expect(() => record((o, { x }) => ({ y: o.scale(2, x) }), { x: [-1] })).toThrow(/^input x: \(-1\) is not a shape/);
  });
});
