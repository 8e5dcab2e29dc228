import { isLeft } from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import {
  agreementLaws,
  assert,
  calibrated,
  engine,
  FLOAT64,
  interpreter,
  lossLaws,
  modelLaws,
  operationLaws,
  proved,
} from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { simdEngine } from '../../src/simd/index.ts';

const opened = await Promise.all((['f64', 'f32'] as const).map((dtype) => simdEngine({ dtype, threads: 1 })()));
const [double, single] = opened.map((found) => {
  if (isLeft(found)) throw new Error(found.left.message);
  return found.right;
});
afterAll(() => {
  double.dispose();
  single.dispose();
});

const definition = interpreter({ name: 'the reference', ops: reference, read: (t) => t, bound: proved(FLOAT64), bits: true });

describe('the SIMD engine in float64 obeys the laws, bit for bit where the reference does', () => {
  const subject = engine(double, { bound: proved(double.arithmetic), bits: true });
  for (const law of [...operationLaws, ...agreementLaws(definition), ...modelLaws(), ...lossLaws()])
    it(`${law.name}: ${law.statement}`, async () => {
      const { unproved } = await assert(law, subject, { runs: 1 });
      expect(unproved).toBe(0);
    });
});

describe('the SIMD engine in float32 obeys the laws', () => {
  const subject = engine(single, { bound: proved(single.arithmetic), round: Math.fround });
  for (const law of [...operationLaws, ...lossLaws()])
    it(`${law.name}: ${law.statement}`, async () => void (await assert(law, subject, { runs: 1 })));
  const onModels = engine(single, { bound: calibrated('f32'), round: Math.fround });
  for (const law of modelLaws()) it(`${law.name}: ${law.statement}`, async () => void (await assert(law, onModels, { runs: 1 })));
});
