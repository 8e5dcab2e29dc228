import { expect, it } from 'vitest';
import { record, replay } from '../../src/core/interpret/record.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { deitConfig } from '../../src/core/model/config.ts';
import { deit } from '../../src/core/model/deit.ts';
import { namedParams, paramsFrom, specification } from '../../src/core/model/params.ts';
import type { Computation } from '../../src/core/ops.ts';
import { generate } from '../../src/core/tensor.ts';

const config = deitConfig({ image: [12, 8], patch: 4, dim: 12, depth: 2, heads: 3, classes: 5, distilled: true });
const program: Computation = (o, x) => ({ ...deit(o, config)(paramsFrom(config, x), x.image) });
const shapes = {
  ...Object.fromEntries(Object.entries(namedParams(specification(config))).map(([k, { shape }]) => [k, shape])),
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
  expect(again.cls.data).toEqual(direct.cls.data);
  expect(again.dist.data).toEqual(direct.dist.data);
});

it('each step needs only earlier ones', () => {
  const { steps } = record(program, shapes);
  expect(steps.filter(({ args }, i) => args.some((a) => a >= i))).toEqual([]);
});
