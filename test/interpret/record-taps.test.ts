import { describe, expect, it } from 'vitest';
import { record, replay } from '../../src/core/interpret/record.ts';
import { tapNames, withTaps } from '../../src/core/interpret/record-taps.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { pullback, variable, vjp } from '../../src/core/interpret/vjp.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { NAMED } from '../../src/core/language/signatures.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { paramShapes } from '../../src/core/model/deit/params.ts';
import { forwardProgram } from '../../src/core/model/deit/program.ts';
import { generate, type Tensor } from '../../src/core/tensor/tensor.ts';

const config = deitConfig({ image: [12, 8], patch: 4, dim: 12, depth: 3, heads: 3, classes: 5, distilled: true });
const forward = forwardProgram(config);
const shapes = { ...paramShapes(config), image: [2, 3, 12, 8] };
const inputs = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], j) => [name, generate(shape, (i) => Math.fround(((i * 37 + j * 11) % 101) / 50 - 1))]),
);
/** A gradient through the model: its tags are those of the pass and of the way back. */
const gradient: Program = (o, x) => {
  const leaves = Object.fromEntries(Object.entries(x).map(([name, t]) => [name, variable(t)]));
  const { logits_cls } = forward(vjp(o), leaves);
  return { dimage: pullback(o, [[logits_cls, o.shift(1, o.scale(0, logits_cls.value))]])(leaves.image) };
};
/** Every tag of a program, found by running it. */
const traced = (program: Program): Readonly<Record<string, Tensor>> =>
  taps(Object.values(program(trace(reference), Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, untraced(x)])))));
const attentions = (program: ReturnType<typeof record>): readonly string[] =>
  program.instructions.filter(({ op }) => op === 'attention').map(({ where }) => where);

describe.each([
  ['a forward pass', forward],
  ['a gradient', gradient],
])('the taps of a record of %s', (_, program) => {
  it.each([
    ['named operations whole', NAMED],
    ['attention written out', NAMED.filter((name) => name !== 'attention')],
    ['primitives only', []],
  ])('are those of its trace, by name, order and bits: %s', (_, whole) => {
    const want = traced(program);
    expect(Object.keys(want).length).toBeGreaterThan(30);
    const recorded = record(program, shapes, whole);
    expect(tapNames(recorded)).toEqual(Object.keys(want));
    expect(replay(withTaps(recorded, 'all'))(reference, inputs)).toEqual({ ...want, ...program(reference, inputs) });
  });
});

describe('one tap', () => {
  const recorded = record(forward, shapes);
  it.each(tapNames(recorded))('%s stands before the outputs, which stay what they are', (name) => {
    const tapped = withTaps(recorded, [name]);
    expect(Object.keys(tapped.outputs)).toEqual([...new Set([name, ...Object.keys(recorded.outputs)])]);
    const got = replay(tapped)(reference, inputs);
    expect(got).toEqual({ [name]: traced(forward)[name], ...forward(reference, inputs) });
  });

  it('inside attention writes out the attention of its own block alone', () => {
    expect(attentions(recorded)).toEqual(['blocks.0.', 'blocks.1.', 'blocks.2.']);
    expect(attentions(withTaps(recorded, ['blocks.1.attn_probs', 'norm']))).toEqual(['blocks.0.', 'blocks.2.']);
    expect(attentions(withTaps(recorded, 'all'))).toEqual([]);
  });

  it('where none is wanted changes nothing', () => {
    expect(withTaps(recorded, [])).toEqual(recorded);
    expect(withTaps(recorded, ['blocks.2.out']).instructions).toEqual(recorded.instructions);
  });

  it('of no such name is refused', () => {
    expect(() => withTaps(recorded, ['norm', 'blocks.3.norm1', 'attn_probs'])).toThrow(
      new RangeError(
        `withTaps: there is no tag blocks.3.norm1, attn_probs; there are ${tapNames(recorded).slice(0, 20).join(', ')} and ${tapNames(recorded).length - 20} more`,
      ),
    );
    expect(() =>
      withTaps(
        record((o, { x }) => ({ y: o.gelu(x) }), { x: [1] }),
        ['y'],
      ),
    ).toThrow('there is no tag y; there are none');
  });
});
