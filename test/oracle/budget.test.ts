import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../src/core/engine/arithmetic.ts';
import type { Tensors } from '../../src/core/engine/engine.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { OPERATION_NAMES, operationNamed, taskOf } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { ratioOf } from '../../src/core/oracle/verdict/compare.ts';
import { boundsOf } from '../../src/core/oracle/verdict/judge-program.ts';
import { toTensor } from '../../src/io/bytes/raw-tensor.ts';
import { decode } from '../../src/io/safetensors/codec.ts';
import { expectSection } from '../support/document.ts';
import { below } from '../support/golden.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';

/** Whoever computes without roundoff: what is left of a bound is the reference's own part. */
const NO_ROUNDOFF: Arithmetic = { u: 0, elementary: () => 0, tiny: 0 };

const file = right(decode(readFileSync(new URL('data/exact.safetensors', import.meta.url))));
const all: Tensors = Object.fromEntries(Object.entries(file.tensors).map(([name, raw]) => [name, right(toTensor(raw))]));
const CASES = notEmpty(JSON.parse(file.metadata.cases) as readonly { readonly op: string; readonly attrs: object }[]);

/** The inputs of a case; a gradient's are those of its operation, which stands before it, and what flows in. */
const inputsOf = (i: number): Tensors => {
  const own = Object.fromEntries(Object.entries(below(`${i}/`, all)).filter(([name]) => !name.startsWith('=')));
  return CASES[i].op.endsWith('.vjp') ? { ...inputsOf(i - 1), ...own } : own;
};

/** How far the reference, times `wrong`, is from the exact results of a case, in terms of the bound of its own roundoff: the worst of all elements. */
const nearness = (i: number, wrong = 1): { readonly worst: number; readonly at: string; readonly numbers: number } => {
  const task = right(taskOf(CASES[i].op, CASES[i].attrs, inputsOf(i)));
  const got = programOf(task)(reference, task.inputs);
  const bounds = boundsOf(NO_ROUNDOFF, programOf(task), task.inputs);
  const exact = below(`${i}/=`, all);
  expect(Object.keys(got).sort()).toEqual(
    Object.keys(exact)
      .filter((name) => !name.endsWith('.rest'))
      .sort(),
  );
  let [worst, at, numbers] = [0, '', 0];
  for (const [name, { shape, data }] of Object.entries(got)) {
    expect(shape).toEqual(exact[name].shape);
    for (let j = 0; j < data.length; j++) {
      // The nearest float64 number and what it leaves: their difference from ours is exact where they are close.
      const error = wrong * data[j] - exact[name].data[j] - exact[`${name}.rest`].data[j];
      const ratio = ratioOf(error, 0, bounds[name].error.data[j]);
      if (ratio > worst) [worst, at] = [ratio, `${name}[${j}]: ${data[j]} is off by ${error}, within ${bounds[name].error.data[j]}`];
    }
    numbers += data.length;
  }
  return { worst, at, numbers };
};

describe('the reference is within its own zero-roundoff budget of 50 digits', () => {
  const found = new Map<string, { readonly worst: number; readonly numbers: number }>();
  it.each(CASES.map(({ op, attrs }, i) => [i, op, JSON.stringify(attrs)] as const))('case %i: %s %s', (i, op) => {
    const { worst, at, numbers } = nearness(i);
    const before = found.get(op) ?? { worst: 0, numbers: 0 };
    found.set(op, { worst: Math.max(before.worst, worst), numbers: before.numbers + numbers });
    expect(numbers).toBeGreaterThan(0);
    expect(worst, at).toBeLessThanOrEqual(1);
  });

  it('every operation with a program is among them, and its gradient', () => {
    const programs = OPERATION_NAMES.filter((name) => operationNamed(name)?.result === undefined);
    expect([...new Set(CASES.map(({ op }) => op))].sort()).toEqual([...programs].sort());
  });

  it('and one that is off by a few units of roundoff is not', () => {
    for (const i of [0, 6, 14, 22, 28, 48]) expect(nearness(i, 1 + 2 ** -45).worst, CASES[i].op).toBeGreaterThan(1);
  });

  it('docs/oracle.md has how near it comes', () => {
    const lines = OPERATION_NAMES.flatMap((op) => {
      const one = found.get(op);
      return one === undefined ? [] : [`| \`${op}\` | ${one.worst.toPrecision(2)} | ${one.numbers} |`];
    });
    expectSection(
      'docs/oracle.md',
      'budget',
      ['| operation | largest error / bound | numbers |', '| --- | --- | --- |', ...lines].join('\n'),
    );
  });
});
