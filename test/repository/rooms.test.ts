import { describe, expect, it } from 'vitest';
import { climbing, FLOORS, placeOf } from './rooms.ts';
import { read, typescriptFiles } from './syntax.ts';

const files = typescriptFiles('src').filter((file) => placeOf(file)?.room !== undefined);

describe('every room imports only what stands below it', () => {
  it('has files in every room', () => {
    const all = Object.entries(FLOORS).flatMap(([area, floors]) => floors.flat().map((room) => `${area}/${room}/`));
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((room) => !files.some((file) => file.startsWith(room)))).toEqual([]);
  });
  it.each(files)('%s', (file) => expect(climbing(file, read(file))).toEqual([]));
});

describe('the rule bites', () => {
  it.each([
    ['src/core/tensor/a.ts', "import type { Ops } from '../language/ops.ts'"],
    ['src/core/math/a.ts', "import { size } from '../tensor/shape.ts'"],
    ['src/core/language/a.ts', "import { record } from '../interpret/record.ts'"],
    ['src/core/model/deit/a.ts', "import { reference } from '../../interpret/reference.ts'"],
    ['src/core/interpret/a.ts', "type P = import('../engine/engine.ts').Plan"],
    ['src/core/loss/a.ts', "export * from '../engine/engine.ts'"],
    ['src/core/oracle/request/a.ts', "import { diagnose } from '../verdict/diagnose.ts'"],
    ['src/oracle/runner/a.ts', "import { checkOperation } from '../check/check.ts'"],
    ['src/io/error/a.ts', "import { readFile } from '../file/whole-file.ts'"],
    ['src/simd/compile/a.ts', "import { planOn } from '../run/plan.ts'"],
    ['src/core/elsewhere/a.ts', 'export const a = 1'],
  ])('on %s: %s', (path, text) => expect(climbing(path, text)).toHaveLength(1));

  it.each([
    ['src/core/language/a.ts', "import { size } from '../tensor/shape.ts'; import { ops } from './ops.ts'"],
    ['src/simd/run/a.ts', "import { compilePlan } from '../compile/compile-plan.ts'; import { bytes } from '../options.ts'"],
    ['src/io/checkpoint/a.ts', "import { ZOO } from '../../core/model/zoo.ts'"],
    ['src/simd/engine.ts', "import { planOn } from './run/plan.ts'"],
  ])('not on %s: %s', (path, text) => expect(climbing(path, text)).toEqual([]));
});
