import { describe, it } from 'vitest';
import { agreementLaws, assert, FLOAT64, interpreter, operationLaws, proved } from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { naive } from '../support/naive.ts';

const own = (t: Tensor): Tensor => t;
const bound = proved(FLOAT64);
const subject = interpreter({ name: 'reference', ops: reference, read: own, bound, bits: true });
const definition = interpreter({ name: 'the naive definition', ops: naive, read: own, bound, bits: true });

describe('the reference obeys', () => {
  for (const law of [...operationLaws, ...agreementLaws(definition)])
    it(`${law.name}: ${law.statement}`, async () => void (await assert(law, subject)));
});
