import { describe, expect, it } from 'vitest';
import { FLOAT32 } from '../../src/core/engine/arithmetic.ts';
import { demand } from '../../src/core/interpret/demand/demand.ts';
import { gather, type Region, regionShape } from '../../src/core/interpret/demand/region.ts';
import { record, replay } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { bounded, exact, stored } from '../../src/core/oracle/bound/interpreter.ts';
import { CASE_OPERATIONS, casesOf } from '../../src/core/oracle/case/cases.ts';
import { choices } from '../../src/core/oracle/case/noise.ts';
import { OPERATION_NAMES } from '../../src/core/oracle/request/operation-table.ts';
import { programOf } from '../../src/core/oracle/request/task.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { generate, tensor } from '../../src/core/tensor/tensor.ts';
import { caseOf } from '../../src/oracle/runner/case.ts';
import { right } from '../support/right.ts';

/** Some indices of every axis, seldom all. */
const regionOf = (name: string, shape: Shape, seed: number): Region =>
  shape.map((n, axis) => [...new Set(choices(`${name} ${axis}`, seed, [1 + (seed % 3)], n))].sort((a, b) => a - b));
const shapesOf = (inputs: Readonly<Record<string, { readonly shape: Shape }>>) => mapRecord(({ shape }) => shape, inputs);

const CHECKED = OPERATION_NAMES.filter((op) => CASE_OPERATIONS.includes(op.replace(/\.vjp$/, '')));

describe('a part of a computation', () => {
  it.each(CHECKED)('of %s has the bits, and the bounds, of the whole', (op) => {
    for (const [i, spec] of casesOf(op, 3, 5).entries()) {
      const { task } = right(caseOf(spec));
      const whole = record(programOf(task), shapesOf(task.inputs));
      const values = replay(whole)(reference, task.inputs);
      const bounds = replay(whole)(bounded(FLOAT32, reference), mapRecord((t) => stored(FLOAT32, t), task.inputs)); // biome-ignore format: one line
      for (let seed = 3 * i; seed < 3 * i + 3; seed++) {
        const wanted = Object.fromEntries(Object.entries(values).map(([name, { shape }]) => [name, regionOf(name, shape, seed)]));
        const part = demand(whole, wanted);
        const given = mapRecord(
          (t) => t,
          Object.fromEntries(Object.entries(part.inputs).map(([name, region]) => [name, gather(region, task.inputs[name])])),
        );
        const some = replay(part.program)(reference, given);
        const near = replay(part.program)(bounded(FLOAT32, reference), mapRecord((t) => stored(FLOAT32, t), given)); // biome-ignore format: one line
        for (const [name, region] of Object.entries(wanted)) {
          expect([name, some[name].shape]).toEqual([name, regionShape(region)]);
          expect(some[name].data, name).toEqual(gather(region, values[name]).data);
          expect(near[name].error.data, name).toEqual(gather(region, bounds[name].error).data);
        }
      }
    }
  });

  it('needs little: rows and columns of a product, a patch of an image, the keys of one head', () => {
    const count = (region: Region): number => regionShape(region).reduce((a, b) => a * b, 1);
    const linear: Program = (o, { x, w }) => ({ y: o.linear(x, w) });
    const { inputs } = demand(record(linear, { x: [300, 80], w: [500, 80] }), { y: [[0, 299], [7]] });
    expect(mapRecord(count, inputs)).toEqual({ x: 160, w: 80 });
    const [spec] = casesOf('mhsa', 1, 1);
    const { task } = right(caseOf(spec));
    const mhsa = demand(record(programOf(task), shapesOf(task.inputs)), { y: [[1], [2], [3]] });
    expect(mhsa.inputs.x.map(({ length }) => length)).toEqual([1, 5, 12]);
    expect(mhsa.inputs.proj_w.map(({ length }) => length)).toEqual([1, 12]);
  });

  it('computes nothing that is not asked, and pads and puts side by side what is', () => {
    const program: Program = (o, { a, b, c }) => ({
      y: o.concat(1, o.pad(1, 2, 6, a), o.pad(1, 0, 3, b)),
      z: o.unary('exp', c),
    });
    const whole = record(program, { a: [2, 3], b: [2, 2], c: [4] });
    const given = { a: tensor([2, 3], [1, 2, 3, 4, 5, 6]), b: tensor([2, 2], [7, 8, 9, 10]), c: tensor([4], [0, 0, 0, 0]) };
    const { y } = replay(whole)(reference, given);
    for (const columns of [[0, 1], [0, 5], [2, 3, 4], [1, 3, 8], [6, 7], [8], [0, 8]]) {
      const part = demand(whole, { y: [[1], columns] });
      expect(part.program.instructions.map(({ op }) => op)).not.toContain('unary');
      const some = Object.fromEntries(
        Object.entries(part.inputs).map(([name, region]) => [name, gather(region, given[name as keyof typeof given])]),
      );
      expect(replay(part.program)(reference, some).y).toEqual(gather([[1], columns], y));
    }
  });

  it('keeps the numbers of constants and of roundoff, and axes that others become', () => {
    const program: Program = (o, { x }) => ({
      y: o.reshape([4, 3, 5], o.add(x, o.constant([6, 10], generate([6, 10], (i) => i).data, generate([6, 10], (i) => i).data))),
    });
    const whole = record(program, { x: [6, 10] });
    const x = generate([6, 10], (i) => Math.sin(i));
    const wanted = { y: [[3], [0, 2], [4]] };
    const part = demand(whole, wanted);
    const o = bounded(FLOAT32, reference);
    const all = replay(whole)(o, { x: exact(x) }).y;
    const some = replay(part.program)(o, { x: exact(gather(part.inputs.x, x)) }).y;
    expect(some.value).toEqual(gather(wanted.y, all.value));
    expect(some.error).toEqual(gather(wanted.y, all.error));
  });
});
