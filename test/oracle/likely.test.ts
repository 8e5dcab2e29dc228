import { describe, expect, it } from 'vitest';
import { FLOAT32 } from '../../src/core/engine/arithmetic.ts';
import { FORMATS, roundTensor } from '../../src/core/interpret/rounded.ts';
import { type Deviating, NO_STATISTICS } from '../../src/core/oracle/verdict/statistics.ts';
import { checkKernel } from '../../src/oracle/check/check-kernel.ts';
import { verdictOf } from '../../src/oracle/report/records.ts';
import { ZOO } from './zoo.ts';

const found = { compared: 9, vague: 0, unproved: 0, failed: 0 };
const worst: Deviating = { output: 'y', index: [0], got: 1, want: 0, sigma: 0.01, z: 100 };

describe('what is unlikely, and within its bound', () => {
  it('is suspect, where that bound says something and where it says nothing', () => {
    expect(verdictOf(found, undefined, [], { ...NO_STATISTICS, compared: 9, beyond: 1, worst })).toBe('suspect');
    expect(
      verdictOf({ ...found, compared: 5, vague: 4 }, undefined, [], { ...NO_STATISTICS, compared: 9, failed: 1, alone: 4, worst }),
    ).toBe('suspect');
    expect(verdictOf(found, undefined, [], { ...NO_STATISTICS, compared: 9 })).toBe('pass');
  });
  it('is no finding of honest float32, and TF32 that is declared is as honest', async () => {
    const linear = ZOO.pairwise.linear;
    const honest = await checkKernel('linear', ({ x, w, b }) => ({ y: linear(x, w, b) }), { arithmetic: FLOAT32 });
    expect([honest.verdict, (honest.likely?.z ?? 9) < 4, honest.beyond]).toEqual(['pass', true, 0]);
    const cut = FORMATS.TF32;
    const tf32 = await checkKernel('linear', ({ x, w, b }) => ({ y: linear(roundTensor(cut, x), roundTensor(cut, w), b) }), {
      arithmetic: { ...FLOAT32, products: 2 ** -11 },
    });
    expect([tf32.verdict, (tf32.likely?.z ?? 9) < 4]).toEqual(['pass', true]);
  });
});
