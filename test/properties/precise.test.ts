import { describe, expect, it } from 'vitest';
import { agreementLaws, assert, FLOAT64, fromInterpreter, proved } from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { fromPrecise, precise, toPrecise } from '../../src/precise/index.ts';

const subject = fromInterpreter({ name: 'reference', ops: reference, read: (t) => t, bound: proved(FLOAT64) });
/** The bound of float64 covers both results: the reference's, and the exact one rounded once. */
const exact = fromInterpreter({ name: 'arithmetic of 30 digits', ops: precise(30), lift: toPrecise, read: fromPrecise, bound: () => ({}) });

/** Exact arithmetic is slow, and blocks are none of its business. */
const laws = agreementLaws(exact).filter(({ name }) => !name.includes('on long axes'));

describe('the reference is within its proved bound of arithmetic of 30 digits', () => {
  for (const law of laws)
    it(law.name, async () => {
      const { unproved } = await assert(law, subject, { runs: 3 });
      expect(unproved).toBe(0);
    });
});
