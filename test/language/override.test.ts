import { describe, expect, it } from 'vitest';
import { check, FLOAT64, fromInterpreter, modelLaws, proved } from '../../properties/index.ts';
import { cost } from '../../src/core/interpret/cost.ts';
import { generic } from '../../src/core/interpret/generic.ts';
import { jvp } from '../../src/core/interpret/jvp.ts';
import { graph } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';
import { shape, sketch } from '../../src/core/interpret/shape.ts';
import { taps, trace, untraced } from '../../src/core/interpret/trace.ts';
import { pullback, type Variable, variable, vjp } from '../../src/core/interpret/vjp.ts';
import { derive, INGREDIENTS } from '../../src/core/language/derive.ts';
import { complete } from '../../src/core/language/interpreter.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { override } from '../../src/core/language/override.ts';
import { call, NAMED, type NamedName } from '../../src/core/language/signatures.ts';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { deit } from '../../src/core/model/deit/deit.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { mapParams } from '../../src/core/model/deit/params.ts';
import { bounded } from '../../src/core/oracle/bound/interpreter.ts';
import { full, ShapeError, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { gpuOps } from '../../src/gpu/trace/ops.ts';
import { precise } from '../../src/precise/index.ts';

const c = deitConfig({ dim: 6, depth: 2, heads: 2, patch: 2, image: [4, 4], classes: 3, distilled: true });
const params = seededParams(1, c);
const image = full([1, 3, 4, 4], 0.5);
const logits = (o: Ops<Tensor>): readonly number[] => [...deit(o, c)(params, image).cls.data];
const fivefold = (x: Tensor): Tensor => reference.scale(5, x);
const same = (x: Tensor): Tensor => x;

describe('an operation of one’s own is felt inside every block', () => {
  it.each<[string, Ops<Tensor>]>([
    ['{ ...reference, gelu }', { ...reference, gelu: fivefold }],
    ['complete(reference, { gelu })', complete(reference, { gelu: fivefold })],
    ['complete({ ...reference }, { gelu })', complete({ ...reference }, { gelu: fivefold })],
    ['override(reference, { gelu })', override(reference, { gelu: fivefold })],
    ['{ ...override(reference, { softmax }), gelu }', { ...override(reference, { softmax: reference.softmax }), gelu: fivefold }],
    ['override({ ...reference, gelu }, { softmax })', override({ ...reference, gelu: fivefold }, { softmax: reference.softmax })],
  ])('%s', (_, o) => {
    const want = logits({ ...reference, gelu: fivefold, within: () => ({ ...reference, gelu: fivefold }) });
    expect(want).not.toEqual(logits(reference));
    expect(logits(o)).toEqual(want);
  });

  const INTERPRETERS: Readonly<Record<string, Ops<never>>> = {
    reference,
    vjp: vjp(reference),
    jvp: jvp(reference),
    'vjp of jvp': vjp(jvp(reference)),
    trace: trace(reference),
    rounded: rounded(reference, 'F16'),
    bounded: bounded({ u: 2 ** -24, elementary: () => 2, tiny: 2 ** -149 }, reference),
    shape,
    cost,
    graph: graph(),
    generic: generic<Tensor>((op, attrs, args) => call(reference, op, attrs, args)),
    precise: precise(20),
    gpu: gpuOps,
  } as unknown as Record<string, Ops<never>>;
  const mine = (() => {}) as unknown as Ops<never>['gelu'];
  it.each(Object.entries(INTERPRETERS))('in a copy of %s, however deep', (_, o) => {
    const inside = { ...o, gelu: mine }.within('blocks.0').within('mlp');
    expect(inside.gelu).toBe(mine);
    expect(inside.within('x').gelu).toBe(mine);
    expect(Object.keys(inside).sort()).toEqual(Object.keys(o).sort());
    expect(o.within('blocks.0').gelu).not.toBe(mine);
  });

  it('so a law of the model rejects attention, GELU and softmax that do nothing', async () => {
    const ops = { ...reference, attention: (_scale: number, _q: Tensor, _k: Tensor, v: Tensor) => v, gelu: same, softmax: same };
    const by = fromInterpreter({ name: 'nothing', ops, read: same, lift: same, bound: proved(FLOAT64) });
    const [agreement] = modelLaws().filter(({ name }) => name === 'model: agreement');
    expect((await check(agreement, by, { runs: 20 })).holds).toBe(false);
  });
});

describe('override', () => {
  it('reaches what is made of an operation, directly or through another', () => {
    const twice = override(reference, { unary: (f, x) => reference.scale(2, reference.unary(f, x)) });
    const x = tensor([1, 2], [0, 1]);
    expect(twice.gelu(x).data[1]).toBe(2 * reference.gelu(x).data[1]);
    const flat = override(reference, { softmax: (s) => full(s.shape, 0.5) });
    expect([...flat.attention(1, x, tensor([2, 2], [9, 9, 0, 0]), tensor([2, 1], [4, 8])).data]).toEqual([6]);
  });

  it('knows what each named operation is made of', () => {
    const [matrix, row] = [sketch([3, 3]), sketch([3])];
    const own: { readonly [K in NamedName]?: readonly unknown[] } = {
      ...{
        sub: [matrix, matrix],
        layerNorm: [1e-6, matrix, row, row],
        linear: [matrix, matrix, row],
        attention: [1, matrix, matrix, matrix],
      },
    };
    const made = NAMED.map((op) => {
      const seen = new Set<string>();
      const spied = Object.entries(shape).map(([name, rule]) => [
        name,
        (...all: unknown[]) => {
          seen.add(name);
          return (rule as (...all: unknown[]) => unknown)(...all);
        },
      ]);
      (derive(Object.fromEntries(spied) as unknown as typeof shape)[op] as (...all: unknown[]) => unknown)(...(own[op] ?? [matrix]));
      return [op, [...seen].sort()];
    });
    expect(made).toEqual(NAMED.map((op) => [op, [...INGREDIENTS[op]].sort()]));
  });

  it('of a function is asked again inside each part, so that tags have their names', () => {
    const names: string[] = [];
    const o = override(trace(reference), (inside) => ({
      tag: (name, a) => {
        names.push(name);
        return inside.tag(name, a);
      },
    }));
    const y = deit(o, c)(mapParams((p) => untraced(p), params), untraced(image)).cls; // biome-ignore format: one line
    expect(names).toContain('attn_probs');
    expect(Object.keys(taps([y]))).toContain('blocks.1.attn_probs');
  });

  it('refuses what does not fit before an operation of one’s own sees it', () => {
    const o = override(reference, { add: () => { throw new Error('was called'); } }); // biome-ignore format: one line
    expect(() => o.add(tensor([2], [1, 2]), tensor([3], [1, 2, 3]))).toThrow(ShapeError);
  });
});

it('within that is called alone says how it is called', () => {
  const { within } = reference;
  expect(() => within('blocks.0')).toThrow('call it on its interpreter, as o.within(name)');
});

it('an operation cannot be assigned to an interpreter', () => {
  expect(() => Object.assign(reference, { gelu: same })).toThrow(TypeError);
});

describe('what is no operation of one’s own', () => {
  it.each<[unknown, string]>([
    [{ geluu: fivefold }, 'there is no operation geluu; there are '],
    [{ gelu: 3 }, 'gelu must be a function, got 3'],
    [{ gelu: undefined }, 'gelu must be a function, got undefined'],
    [{ within: () => reference }, 'there is no operation within; there are '],
    [null, "the operations of one's own must be an object of functions, or a function that gives one, got null"],
    [() => undefined, "the operations of one's own must be an object of functions, or a function that gives one, got undefined"],
  ])('%j is refused', (own, sentence) => {
    expect(() => override(reference, own as Partial<Ops<Tensor>>)).toThrow(RangeError);
    expect(() => override(reference, own as Partial<Ops<Tensor>>)).toThrow(`override: ${sentence}`);
  });
});

it('around vjp the gradient is that of one’s own; below it, the rule stays that of the operation', () => {
  const x = tensor([2], [-1, 2]);
  const slope = (o: Ops<Variable<Tensor>>): readonly number[] => {
    const at = variable(x);
    return [...pullback(reference, [[o.gelu(at), tensor([2], [1, 1])]])(at).data];
  };
  const square = override(vjp(reference), (o) => ({ gelu: (v) => o.mul(v, v) }));
  expect(slope(square)).toEqual([-2, 4]);
  const below = override(reference, (o) => ({ gelu: (v) => o.mul(v, v) }));
  expect(slope(vjp(below))).toEqual(slope(vjp(reference)));
});
