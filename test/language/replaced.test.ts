import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FLOAT64 } from '../../src/core/engine/arithmetic.ts';
import { tensorEngine } from '../../src/core/engine/tensor-engine.ts';
import { dual, jvp } from '../../src/core/interpret/jvp.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { FORMATS, rounded, roundTensor } from '../../src/core/interpret/rounded.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { pullback, variable, vjp } from '../../src/core/interpret/vjp.ts';
import { complete, replacedIn } from '../../src/core/language/interpreter.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { override } from '../../src/core/language/override.ts';
import { call, NAMED, OP_NAMES, type OpName } from '../../src/core/language/signatures.ts';
import { bounded } from '../../src/core/oracle/bound/interpreter.ts';
import { noise } from '../../src/core/oracle/sigma/noise.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { right } from '../support/right.ts';

const square = tensor([2, 2], [1, 3, -2, 0.5]);
const row = tensor([2], [0.25, -1]);
/** One call of each operation. */
const CALLS: { readonly [K in OpName]: readonly [attrs: readonly unknown[], ...args: Tensor[]] } = {
  constant: [[[2], [1, 2]]],
  add: [[], square, square],
  sub: [[], square, square],
  mul: [[], square, square],
  div: [[], square, square],
  scale: [[3], square],
  shift: [[3], square],
  unary: [['exp'], square],
  matmul: [[], square, square],
  permute: [[[1, 0]], square],
  reshape: [[[4]], square],
  repeatLeading: [[[2, 2]], row],
  sumLeading: [[[2]], square],
  repeatLast: [[2], row],
  sumLast: [[], square],
  slice: [[0, 1, 2], square],
  pad: [[0, 1, 4], square],
  concat: [[0], square, square],
  maxLast: [[], square],
  tag: [['here'], square],
  mean: [[], square],
  softmax: [[], square],
  logSoftmax: [[], square],
  gelu: [[], square],
  layerNorm: [[1e-6], square, row, row],
  linear: [[], square, square, row],
  attention: [[0.5], square, square, square],
};

/** The operation, and 1 more: another function, so that it is seen where it is lost. */
const more = (op: OpName): Partial<Ops<Tensor>> => ({
  [op]: (...all: unknown[]) => reference.shift(1, (reference[op] as (...all: unknown[]) => Tensor)(...all)),
});
/** The ways to replace an operation. */
const WAYS: readonly (readonly [string, (op: OpName) => Ops<Tensor>])[] = [
  ['override', (op) => override(reference, more(op))],
  ['override of a function', (op) => override(reference, () => more(op))],
  ['a copy', (op) => ({ ...reference, ...more(op) })],
  ['complete', (op) => (NAMED.some((name) => name === op) ? complete(reference, more(op)) : complete({ ...reference, ...more(op) }))],
];

/** An interpreter over a base, the way into it and the way out. */
const over = <T extends Shaped>(interpret: (base: Ops<Tensor>) => Ops<T>, into: (x: Tensor) => T, out: (y: T) => Tensor) => {
  return (base: Ops<Tensor>, op: OpName): Tensor => {
    const [attrs, ...args] = CALLS[op];
    return out(call(interpret(base).within('blocks.0'), op, attrs, args.map(into))); // biome-ignore format: one line
  };
};
const same = (x: Tensor): Tensor => x;
const still = (x: Tensor) => dual(x, reference.scale(0, x));
/** Every interpreter over a base that uses what is replaced in it. */
const USERS: Readonly<Record<string, ReturnType<typeof over>>> = {
  vjp: over(vjp, variable, (y) => y.value),
  jvp: over(jvp, still, (y) => y.value),
  trace: over(trace, untraced, (y) => y.value),
  'trace, everything whole': over(
    (base) => trace(base, '', NAMED),
    untraced,
    (y) => y.value,
  ),
  'vjp of vjp': over((base) => vjp(vjp(base)), (x) => variable(variable(x)), (y) => y.value.value), // biome-ignore format: one line
  'trace of vjp of jvp': over((base) => trace(vjp(jvp(base))), (x) => untraced(variable(still(x))), (y) => y.value.value.value), // biome-ignore format: one line
  'jvp of trace': over((base) => jvp(trace(base)), (x) => dual(untraced(x), untraced(x)), (y) => y.value.value), // biome-ignore format: one line
  complete: over((base) => complete(base), same, same),
  'override of another operation': over((base) => override(base, { unary: reference.unary }), same, same),
};

describe.each(WAYS)('what is replaced in a base, by %s,', (_, replace) => {
  it.each(Object.entries(USERS))('is used by %s', (name, use) => {
    for (const op of OP_NAMES.filter((known) => !(name.startsWith('override') && known === 'unary'))) {
      const [attrs, ...args] = CALLS[op];
      const got = use(replace(op), op);
      const want = reference.shift(1, call(reference, op, attrs, args));
      expect([op, got.shape, ...got.data]).toEqual([op, want.shape, ...want.data]);
    }
  });

  it('is used by rounded, as one kernel', () => {
    for (const op of OP_NAMES) {
      const [attrs, ...args] = CALLS[op];
      const exact = reference.shift(1, call(reference, op, attrs, args));
      const want = op === 'reshape' || op === 'tag' ? exact : roundTensor(FORMATS.BF16, exact);
      expect([op, ...call(rounded(replace(op), 'BF16').within('mlp'), op, attrs, args).data]).toEqual([op, ...want.data]);
    }
  });

  it('is used by an engine', async () => {
    for (const op of ['gelu', 'attention', 'matmul'] as const) {
      const [attrs, ...args] = CALLS[op];
      const ops = replace(op);
      const engine = tensorEngine({ name: 'own', arithmetic: FLOAT64, ops, describe: 'with an operation of its own' });
      const plan = right(await engine.compile((o, inputs) => ({ y: call(o.within('mlp'), op, attrs, Object.values(inputs)) }), Object.fromEntries(args.map((x, i) => [`x${i}`, x.shape])))()); // biome-ignore format: one line
      const { y } = right(await plan.run(Object.fromEntries(args.map((x, i) => [`x${i}`, x])))());
      expect([...y.data]).toEqual([...call(ops, op, attrs, args).data]);
    }
  });

  it('is refused by noise, which says how to write it', () => {
    const mistake = () => noise(FLOAT64, replace('gelu'), { samples: 1, seed: 1 });
    expect(mistake).toThrow(
      'noise: nothing is known of how that rounds: gelu, which the base has replaced; replace it around, as in override(noise(…)',
    );
  });

  it('is refused by bounded, which says how to write it', () => {
    for (const op of OP_NAMES) {
      const mistake = () => bounded(FLOAT64, replace(op));
      expect(mistake).toThrow(RangeError);
      expect(mistake).toThrow(
        `bounded: nothing is proved of ${op}, which the base has replaced; replace it around, as in override(bounded(…), (o) => ({ ${op}: … }))`,
      );
    }
  });

  it('is known, and inside a part too', () => {
    for (const op of OP_NAMES) {
      expect(replacedIn(replace(op))).toEqual([op]);
      expect(replacedIn(replace(op).within('blocks.0').within('mlp'))).toEqual([op]);
      expect(replacedIn(trace(vjp(jvp(replace(op)))))).toEqual([op]);
    }
  });
});

it('of an interpreter as it was made nothing is replaced, nor in a copy', () => {
  for (const o of [reference, { ...reference }, vjp(reference), jvp(reference), trace(reference), rounded(reference, 'F16'), bounded(FLOAT64, reference)])
    expect(replacedIn(o)).toEqual([]);
}); // biome-ignore format: one line

it('every interpreter over a base is tried above', () => {
  const asking = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && /\bunchecked\(/.test(readFileSync(`src/${file}`, 'utf8')),
  );
  expect(asking.filter((file) => !file.startsWith('core/language/')).sort()).toEqual([
    'core/interpret/jvp.ts',
    'core/interpret/rounded.ts',
    'core/interpret/trace.ts',
    'core/interpret/vjp.ts',
    'core/oracle/bound/interpreter.ts',
    'core/oracle/sigma/noise.ts',
    'gpu/engine.ts', // over its own operations only
  ]);
});

it('what is replaced twice stays, though one be made of the other', () => {
  const first = override(reference, { softmax: (x) => reference.scale(2, reference.softmax(x)) });
  const both = override(first, { unary: (f, x) => reference.unary(f, x) });
  expect([...both.softmax(row).data]).toEqual([...first.softmax(row).data]);
  expect([...both.attention(1, square, square, square).data]).toEqual([...first.attention(1, square, square, square).data]);
});

describe('below a derivative, an operation of one’s own gives the value, the definition the rate', () => {
  const own = override(reference, { attention: (_scale, _q, _k, v) => v, gelu: (x) => reference.scale(5, x) });
  const one = tensor([2, 2], [1, 1, 1, 1]);

  it('in vjp', () => {
    const [x, z] = [variable(square), variable(square)];
    const dy = (o: Ops<Tensor>) => pullback(o, [[vjp(o).gelu(vjp(o).attention(1, x, x, x)), one]])(x).data;
    expect([...vjp(own).gelu(z).value.data]).toEqual([...own.gelu(square).data]);
    const slope = (o: Ops<Tensor>) => [...pullback(o, [[vjp(o).gelu(z), one]])(z).data];
    expect(slope(own)).toEqual(slope(reference));
    expect(dy(own)).not.toEqual(dy(reference));
  });

  it('in jvp', () => {
    const x = dual(square, one);
    expect([...jvp(own).gelu(x).value.data]).toEqual([...own.gelu(square).data]);
    expect([...jvp(own).gelu(x).tangent.data]).toEqual([...jvp(reference).gelu(x).tangent.data]);
    expect([...override(jvp(own), (o) => ({ gelu: (v) => o.scale(5, v) })).gelu(x).tangent.data]).toEqual([5, 5, 5, 5]);
  });
});

it('attention of one’s own is whole in a trace: what the definition tags inside is not there to be seen', () => {
  const own = override(reference, { attention: (_scale, _q, _k, v) => v });
  const x = untraced(square);
  expect(Object.keys(taps([trace(own).attention(1, x, x, x)]))).toEqual([]);
  expect(Object.keys(taps([trace(reference).attention(1, x, x, x)]))).toEqual(['attn_probs']);
});
