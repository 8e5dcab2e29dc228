import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { CASE_FAMILIES, type CaseSpec } from '../../src/core/oracle/case/case-spec.ts';
import { CASE_OPERATIONS, casesOf } from '../../src/core/oracle/case/cases.ts';
import { drawCase } from '../../src/core/oracle/case/draw-case.ts';
import { match, shapeOf, showAxes } from '../../src/core/oracle/request/axes.ts';
import type { Input, Operation } from '../../src/core/oracle/request/operation.ts';
import { OPERATIONS, operationNamed, taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf, tapNames } from '../../src/core/oracle/request/task.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { expectSection } from '../support/document.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';

/** Attributes that make an operation's inputs printable: those of its first case, if it has any. */
const inputsShown = ({ name, inputs }: Operation): string => {
  if (name === 'forward' || name === 'loss_gradient')
    return `image (B, channels, H, W), every parameter by its timm name${name === 'forward' ? '' : '; labels (B) or target (B, C); z_teacher (B, C)'}`;
  const attrs = casesOf(name, 1, 1)[0]?.attrs ?? (name === 'resize' ? { size: [1, 1] } : {});
  const shown = (input: Input): string => `${input.name} ${showAxes(input.axes)}${input.optional === true ? ' optional' : ''}`;
  const list = right(inputs(attrs)).map(shown).join(', ');
  if (name === 'pos_interp') return 'pe (1, prefix + h·w, D)';
  return list.replaceAll('9d', '3D').replaceAll('3d', 'D');
};

const row = (operation: Operation): string => {
  const attrs = Object.entries(operation.attributes).map(([name, is]) => `\`${name}\`: ${is}`);
  const name = `\`${operation.name}\`${operation.differentiable ? ', `.vjp`' : ''}`;
  return `| ${name} | ${operation.summary} | ${inputsShown(operation)} | ${operation.outputs} | ${attrs.join('; ') || 'none'} |`;
};

describe('the table of operations', () => {
  it('docs/oracle.md shows it', () => {
    const head = '| operation | what | inputs | outputs | attributes |\n| --- | --- | --- | --- | --- |';
    expectSection('docs/oracle.md', 'operations', [head, ...OPERATIONS.map(row)].join('\n'));
  });

  it.each(['mhsa', 'mlp', 'block'])('the summary of %s names its taps', (op) => {
    const [spec] = casesOf(op, 1, 1);
    const task = right(taskOf(op, spec.attrs, right(drawCase(spec))));
    expect(operationNamed(op)?.summary.split('; taps ')[1]).toBe(tapNames(task).join(', '));
    const shown = programOf(task, { taps: 'all' })(reference, task.inputs);
    expect(Object.keys(shown).sort()).toEqual(['y', ...tapNames(task)].sort());
  });

  it('an attribute that is a record shows each of its fields, with its values and what it is unless given', () => {
    expect(operationNamed('loss_gradient')?.attributes.loss).toMatch(
      /^a record of kind \(one of none, soft, hard\), variant \(one of paper, paper-literal, facebook; "paper" unless given\), .*tau \(a number above 0; 1 unless given\)/,
    );
    expect(operationNamed('forward')?.attributes.hidden).toBe('a whole number above 0; 4·dim unless given');
  });

  it('of classes that a teacher likes equally the first is its decision, and NaN is none', () => {
    const [z, labels] = [tensor([1, 3], [0, 5, 5]), tensor([1], [0])];
    const ask = (z_teacher: Tensor) => taskOf('hard_distill', {}, { z, z_teacher, labels });
    const still = right(taskOf('hard_distill.vjp', {}, { z, labels, z_teacher: tensor([1, 3], [Number.NEGATIVE_INFINITY, -1, 5]) }));
    expect(programOf(still)(reference, still.inputs).dz_teacher.data).toEqual(new Float64Array(3));
    expect(right(ask(z)).inputs.decision).toEqual(tensor([1, 3], [0, 1, 0]));
    expect(ask(tensor([1, 3], [0, Number.NaN, 1]))).toEqual(E.left('hard_distill: z_teacher holds NaN, which decides nothing'));
  });
});

describe('axes', () => {
  it('match what they make, and say what does not fit', () => {
    const axes = ['…', 'N', '3D'] as const;
    expect(shapeOf(axes, { '…': [2, 5], N: 7, D: 4 })).toEqual([2, 5, 7, 12]);
    expect(match(axes, [2, 5, 7, 12], {})).toEqual({ lengths: { '…': [2, 5], N: 7, D: 4 } });
    expect(match(axes, [7, 12], { D: 4 }).problem).toBeUndefined();
    expect(match(axes, [7, 13], {}).problem).toBe('has shape (7, 13) and must be (…, N, 3D)');
    expect(match(axes, [7, 12], { D: 5 }).problem).toBe('has shape (7, 12) and must be (…, N, 3D) with D = 5');
    expect(match(['B', 3], [2, 4], {}).problem).toBe('has shape (2, 4) and must be (B, 3)');
    expect(match(['B'], [], {}).problem).toBeDefined();
  });
});

describe('specs', () => {
  const specs = fc
    .record({ op: fc.constantFrom(...CASE_OPERATIONS), family: fc.constantFrom(...CASE_FAMILIES), seed: fc.nat(1000), at: fc.nat(2) })
    .map(({ op, family, seed, at }): CaseSpec => ({ ...casesOf(op, 3, 1)[at], family, seed }));

  it('draw the same tensors always, of the shapes they name, of numbers that float32 holds', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const [one, two] = [right(drawCase(spec)), right(drawCase(spec))];
        expect(two).toEqual(one);
        for (const [name, { data }] of Object.entries(one)) {
          expect(data.length, name).toBeGreaterThan(0);
          expect(Array.from(data).every((x) => Math.fround(x) === x)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('another seed draws other numbers; no bias, gain or token is 0 or 1', () => {
    const [spec] = casesOf('block', 1, 1);
    const [one, other] = [right(drawCase(spec)), right(drawCase({ ...spec, seed: spec.seed + 1 }))];
    for (const name of notEmpty(Object.keys(one))) expect(other[name].data, name).not.toEqual(one[name].data);
    for (const [name, { data }] of Object.entries(one))
      if (name !== 'x')
        expect(
          Array.from(data).every((x) => x !== 0 && x !== 1),
          name,
        ).toBe(true);
  });

  it('families are what they say', () => {
    const of = (family: CaseSpec['family']): readonly number[] =>
      Array.from(right(drawCase({ op: 'gelu', attrs: {}, dims: { '…': [50], N: 40 }, family, scale: 1, offset: 0, seed: 3 })).x.data);
    const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
    expect(Math.abs(mean(of('normal')))).toBeLessThan(0.1);
    expect(mean(of('normal').map((x) => x * x))).toBeCloseTo(1, 1);
    expect(Math.max(...of('small-variance').map(Math.abs))).toBeLessThan(0.004);
    expect(Math.min(...of('offset').map(Math.abs))).toBeGreaterThan(96);
    expect(Math.max(...of('tail'))).toBeLessThan(0);
    expect(of('one-hot').reduce((a, b) => a + b, 0)).toBe(50);
    expect(Math.max(...of('outliers').map(Math.abs))).toBeGreaterThan(100);
  });
});
