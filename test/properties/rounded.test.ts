import { describe, it } from 'vitest';
import { assert, FLOAT32, interpreter, lossLaws, operationLaws, proved } from '../../properties/index.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { rounded } from '../../src/core/interpret/rounded.ts';

const subject = interpreter({
  name: 'float32, emulated',
  ops: rounded(reference, 'f32'),
  read: (t) => t,
  bound: proved(FLOAT32),
  round: Math.fround,
});

describe('float32 arithmetic obeys the laws within its bound', () => {
  for (const law of [...operationLaws, ...lossLaws()])
    it(`${law.name}: ${law.statement}`, async () => void (await assert(law, subject, { runs: 5 })));
});
