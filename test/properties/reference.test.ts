import { describe, expect, it } from 'vitest';
import {
  agreementLaws,
  assert,
  FLOAT64,
  interpreter,
  type Law,
  lossLaws,
  modelLaws,
  operationLaws,
  proved,
} from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { naive } from '../support/naive.ts';

const own = (t: Tensor): Tensor => t;
const bound = proved(FLOAT64);
const subject = interpreter({ name: 'reference', ops: reference, read: own, bound, bits: true });
const definition = interpreter({ name: 'the naive definition', ops: naive, read: own, bound, bits: true });

const obeys = (law: Law, runs: number): void =>
  it(`${law.name}: ${law.statement}`, async () => {
    const { compared, unproved } = await assert(law, subject, { runs });
    expect(compared).toBeGreaterThan(0);
    expect(unproved).toBe(0);
  });

describe('the reference obeys the laws of the operations', () => {
  for (const law of operationLaws) obeys(law, 15);
});

describe('the reference is, bit for bit, the naive definition', () => {
  for (const law of agreementLaws(definition)) obeys(law, 25);
});

describe('a DeiT on the reference obeys the laws of the model', () => {
  for (const law of modelLaws()) obeys(law, 4);
});

describe('the losses on the reference obey their laws', () => {
  for (const law of lossLaws()) obeys(law, 15);
});
