import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FORMATS, rounding } from '../../src/core/interpret/rounded.ts';

const any64 = fc.double({ noNaN: false });

it('f32 is Math.fround, for every double', () => {
  const round = rounding(FORMATS.F32);
  fc.assert(fc.property(any64, (x) => Object.is(round(x), Math.fround(x))), { numRuns: 20_000 }); // biome-ignore format: one line
  for (const x of [3.4028235677973366e38, 3.4028235677973362e38, 2 ** -150, 1.5 * 2 ** -149, -0, 2 ** -126 - 2 ** -151])
    expect(round(x)).toBe(Math.fround(x));
});

it.each(['F16', 'BF16', 'TF32'] as const)('%s: nearest, ties to even, idempotent, monotone', (name) => {
  const { bits } = FORMATS[name];
  const round = rounding(FORMATS[name]);
  fc.assert(
    fc.property(fc.float({ noNaN: true, min: -60000, max: 60000 }), fc.float({ noNaN: true, min: -60000, max: 60000 }), (x, y) => {
      expect(round(round(x))).toBe(round(x));
      if (x <= y) expect(round(x)).toBeLessThanOrEqual(round(y));
      if (Math.abs(x) > 1e-4) expect(Math.abs(round(x) - x)).toBeLessThanOrEqual(Math.abs(x) / 2 ** bits);
    }),
  );
  const ulp = 2 ** (1 - bits);
  expect([1 + ulp / 2, 1 + 1.5 * ulp, 1 + ulp].map(round)).toEqual([1, 1 + 2 * ulp, 1 + ulp]);
});

it('f16 overflows at 65520 and keeps subnormals', () => {
  const round = rounding(FORMATS.F16);
  expect([65519, 65520, 2 ** -24, 2 ** -25, 1.5 * 2 ** -24].map(round)).toEqual([65504, Number.POSITIVE_INFINITY, 2 ** -24, 0, 2 ** -23]);
});
