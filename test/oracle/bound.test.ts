import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Ops, Program } from '../../src/core/language/ops.ts';
import { type Bounded, bounded, exact, stored } from '../../src/core/oracle/bound/interpreter.ts';
import type { CaseSpec } from '../../src/core/oracle/case/case-spec.ts';
import { casesOf } from '../../src/core/oracle/case/cases.ts';
import { drawCase, drawUpstream } from '../../src/core/oracle/case/draw-case.ts';
import { taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { both, type Comparison, judgeOutputs, NOTHING } from '../../src/core/oracle/verdict/compare.ts';
import { boundsOf } from '../../src/core/oracle/verdict/judge-program.ts';
import { generate, type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { CHECKED } from '../../src/oracle/check/check.ts';
import { expectSection } from '../support/document.ts';
import { right } from '../support/right.ts';
import { FLOAT32, FLOAT64, oneSum, ZOO } from './zoo.ts';

/** The program and inputs of a case, inputs as float32 holds them. */
const caseOf = (op: string, spec: CaseSpec): { program: Program; inputs: Readonly<Record<string, Tensor>> } => {
  const drawn = right(drawCase(spec));
  const base = op.replace(/\.vjp$/, '');
  const plain = right(taskOf(base, spec.attrs, drawn));
  const y = programOf(plain)(reference, plain.inputs).y;
  const given = op === base || y.shape.length === 0 ? drawn : { ...drawn, dy: drawUpstream(spec, y.shape) };
  const task = right(taskOf(op, spec.attrs, given));
  const inputs = Object.fromEntries(
    Object.entries(task.inputs).map(([name, t]) => [name, generate(t.shape, (i) => Math.fround(t.data[i]))]),
  );
  return { program: programOf(task), inputs };
};

/** Sizes that emulated arithmetic can bear. */
const isLarge = (op: string): boolean => /^(block|mhsa|patch_embed)/.test(op);
const isSmall = ({ dims: { N, D }, sample }: CaseSpec): boolean => sample === undefined && !(Number(N) === 37 || Number(D) === 48);

/** The closest that any of some implementations comes to the bound, over cases of an operation. */
const closest = (op: string, count: number, zoo: readonly Ops<Tensor>[]): Comparison => {
  let all = NOTHING;
  for (const spec of casesOf(op, count, 3).filter(isSmall)) {
    const { program, inputs } = caseOf(op, spec);
    const want = boundsOf(FLOAT32, program, inputs);
    for (const o of zoo) all = both(all, judgeOutputs(program(o, inputs), want));
  }
  return all;
};

const BOUNDED = CHECKED.filter((op) => !['forward', 'loss_gradient'].includes(op));
const rows = BOUNDED.map((op) => ({ op, ...closest(op, isLarge(op) ? (op.endsWith('.vjp') ? 2 : 4) : 16, Object.values(ZOO)) }));

describe('every honest implementation is within the bound', () => {
  it.each(rows)('$op', ({ failed, unproved, compared, worst }) => {
    expect({ failed, unproved }).toEqual({ failed: 0, unproved: 0 });
    expect(compared).toBeGreaterThan(0);
    expect(worst?.ratio).toBeLessThanOrEqual(1);
  });

  it('and comes as near to it as docs/oracle.md says', () => {
    const line = ({ op, compared, worst }: (typeof rows)[number]): string => `| \`${op}\` | ${worst?.ratio.toPrecision(2)} | ${compared} |`;
    const head = '| operation | largest error / bound | numbers |\n| --- | --- | --- |';
    expectSection('docs/oracle.md', 'nearness', [head, ...rows.map(line)].join('\n'));
  });

  it('the reference is within float64 bounds of itself in any order of summation', () => {
    const x = generate([3, 50], (i) => Math.sin(i) * 10 ** ((i % 7) - 3));
    const w = generate([4, 50], (i) => Math.cos(i));
    const { value, error } = bounded(FLOAT64, reference).linear(exact(x), exact(w));
    const back = generate([3, 50], (i) => x.data[i - (i % 50) + 49 - (i % 50)]);
    const other = reference.linear(
      back,
      generate([4, 50], (i) => w.data[i - (i % 50) + 49 - (i % 50)]),
    );
    for (let i = 0; i < 12; i++) expect(Math.abs(other.data[i] - value.data[i])).toBeLessThanOrEqual(error.data[i]);
  });
});

describe('dishonest arithmetic is beyond the bound', () => {
  const ratio = (op: string, families: readonly string[], o: Ops<Tensor>): number => {
    const cases = casesOf(op, 24, 5).filter((spec) => families.includes(spec.family) && isSmall(spec));
    return Math.max(
      ...cases.map((spec) => {
        const { program, inputs } = caseOf(op, spec);
        return judgeOutputs(program(o, inputs), boundsOf(FLOAT32, program, inputs)).worst?.ratio ?? 0;
      }),
    );
  };

  it('a variance in one pass, on rows far from 0', () => {
    expect(ratio('layernorm', ['offset'], oneSum)).toBeGreaterThan(1);
  });
  it('products of 11 bits passed off as float32', () => {
    const cut = (t: Tensor): Tensor => generate(t.shape, (i) => Math.fround(Math.round(t.data[i] * 1024) / 1024));
    const tf32: Ops<Tensor> = { ...ZOO.sequential, linear: (x, w, b) => ZOO.sequential.linear(cut(x), cut(w), b) };
    expect(ratio('linear', ['normal'], tf32)).toBeGreaterThan(50);
  });
});

describe('the bound itself', () => {
  const o = bounded(FLOAT32, reference);
  const values = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 });

  it('covers every input within the errors given: softmax, LayerNorm, GELU, exp', () => {
    fc.assert(
      fc.property(values, fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }), (xs, moves) => {
        const shape = [xs.length];
        const [x, size] = [tensor(shape, xs), 1e-3];
        const wide = { shape, value: x, error: generate(shape, () => size) };
        const moved = generate(shape, (i) => x.data[i] + size * moves[i]);
        const [gain, bias] = [exact(tensor(shape, xs.map(() => 1.5))), exact(tensor(shape, xs.map(() => 0.5)))]; // biome-ignore format: a pair
        const pairs = [
          [o.softmax(wide), reference.softmax(moved)],
          [o.logSoftmax(wide), reference.logSoftmax(moved)],
          [o.gelu(wide), reference.gelu(moved)],
          [o.unary('cdf', wide), reference.unary('cdf', moved)],
          [o.unary('erf', wide), reference.unary('erf', moved)],
          [o.unary('exp', wide), reference.unary('exp', moved)],
          [o.unary('expm1', wide), reference.unary('expm1', moved)],
          [o.layerNorm(1e-6, wide, gain, bias), reference.layerNorm(1e-6, moved, gain.value, bias.value)],
          [o.mul(wide, wide), reference.mul(moved, moved)],
        ] as const;
        for (const [{ value, error }, got] of pairs)
          for (let i = 0; i < xs.length; i++) expect(Math.abs(got.data[i] - value.data[i])).toBeLessThanOrEqual(error.data[i]);
      }),
      { numRuns: 100 },
    );
  });

  it('covers square roots, logarithms and quotients of inputs with errors', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }), (x, move) => {
        const e = x * 0.3;
        const wide = { shape: [], value: tensor([], [x]), error: tensor([], [e]) };
        const moved = tensor([], [x + e * move]);
        for (const f of ['sqrt', 'rsqrt', 'log', 'log1p'] as const) {
          const { value, error } = o.unary(f, wide);
          expect(Math.abs(reference.unary(f, moved).data[0] - value.data[0])).toBeLessThanOrEqual(error.data[0]);
        }
        const { value, error } = o.div(exact(tensor([], [3])), wide);
        expect(Math.abs(3 / moved.data[0] - value.data[0])).toBeLessThanOrEqual(error.data[0]);
      }),
    );
  });

  it('says Infinity where nothing can be proved, never NaN', () => {
    const lost = { shape: [2], value: tensor([2], [0, 1]), error: tensor([2], [Number.POSITIVE_INFINITY, 2]) };
    for (const t of [
      o.div(exact(tensor([2], [1, 1])), lost),
      o.unary('log', lost),
      o.unary('rsqrt', lost),
      o.mul(lost, exact(tensor([2], [0, 0]))),
    ])
      for (const e of t.error.data) expect(e).not.toBeNaN();
    expect(o.div(exact(tensor([2], [1, 1])), lost).error.data[1]).toBe(Number.POSITIVE_INFINITY);
    expect(o.softmax(lost).error.data[0]).toBe(Number.POSITIVE_INFINITY);
  });

  it('charges nobody for inputs that their format holds', () => {
    const { error } = stored(FLOAT32, tensor([4], [0.1, Math.fround(0.1), 1, 0]));
    expect(error.data[0]).toBeGreaterThanOrEqual(Math.abs(0.1 - Math.fround(0.1)));
    expect(Array.from(error.data.slice(1))).toEqual([0, 0, 0]);
  });

  it('covers what is flushed, or rounded where a format has not all of its bits, in inputs, constants and factors', () => {
    const [least, normal] = [2 ** -149, 2 ** -126];
    const formats = [
      { arithmetic: { ...FLOAT32, tiny: least }, held: Math.fround },
      { arithmetic: { ...FLOAT32, tiny: normal }, held: (y: number) => (Math.abs(y) < normal ? 0 : Math.fround(y)) },
    ];
    const number = (y: number): Tensor => tensor([], [y]);
    const [q, k, v] = [[2 ** 70], [2 ** 62, -(2 ** 62)], [1, 2]].map((data) => exact(tensor([data.length, 1], data)));
    const within = ({ value, error }: Bounded, got: number): void =>
      expect(Math.abs(got - value.data[0]), `${got}, not ${value.data[0]}`).toBeLessThanOrEqual(error.data[0]);
    for (const { arithmetic, held } of formats)
      for (const y of [1.1e-40, 3.3e-45, 1e-42, 1e-38, 2 ** -140, 5e-46, normal]) {
        const b = bounded(arithmetic, reference);
        const has = held(y);
        within(stored(arithmetic, number(y)), has);
        within(b.constant([], number(-y).data), -has);
        within(b.scale(y, exact(number(2 ** 120))), has * 2 ** 120);
        within(b.scale(2 ** 100, stored(arithmetic, number(y))), has * 2 ** 100);
        within(b.matmul(stored(arithmetic, tensor([1, 1], [y])), exact(tensor([1, 1], [2 ** 100]))), has * 2 ** 100);
        within(b.scale(2 ** 100, b.shift(y, exact(number(0)))), has * 2 ** 100);
        within(b.unary('sqrt', stored(arithmetic, number(y))), Math.fround(Math.sqrt(has)));
        within(b.attention(y, q, k, v), 1 + 1 / (1 + Math.exp(2 * has * 2 ** 132)));
      }
  });
  it('and nothing more for numbers that are larger, or that the format holds', () => {
    for (const tiny of [2 ** -149, 2 ** -126]) {
      const arithmetic = { ...FLOAT32, tiny };
      const errors = (t: Bounded): readonly number[] => Array.from(t.error.data, (error, i) => error / Math.abs(t.value.data[i]));
      expect(errors(stored(arithmetic, tensor([2], [Math.fround(1e-30), 5 * tiny])))).toEqual([0, 0]);
      for (const relative of errors(stored(arithmetic, tensor([3], [0.1, 1e-30, -1e30])))) expect(relative).toBeLessThan(2 ** -23.99);
      for (const relative of errors(bounded(arithmetic, reference).constant([2], Float64Array.of(0.1, 1e-30))))
        expect(relative).toBeLessThan(2 ** -23.99);
    }
  });
});
