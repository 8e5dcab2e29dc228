import { describe, it } from 'vitest';
import {
  adjointLaws,
  assert,
  attentionLaws,
  calibrated,
  elementaryLaws,
  engine,
  independenceLaws,
  type Law,
  layerNormLaws,
  linearityLaws,
  lossLaws,
  modelLaws,
  namedLaws,
  operationLaws,
  proved,
  softmaxLaws,
} from '../../properties/index.ts';
import { engineOf, TESTED } from '../gpu/modes.ts';

/** The laws of the operations. */
const OF_ENGINES: readonly Law[] = [
  ...adjointLaws,
  ...linearityLaws,
  ...namedLaws,
  ...elementaryLaws,
  ...softmaxLaws,
  ...layerNormLaws,
  ...attentionLaws,
  ...independenceLaws,
];
/** With DEIT_LAWS=all also those of the losses, of our interpreters and of every derivative; DEIT_LAW_RUNS cases each, or one. */
const CHOSEN = process.env.DEIT_LAWS === 'all' ? [...operationLaws, ...lossLaws()] : OF_ENGINES;
const RUNS = Number(process.env.DEIT_LAW_RUNS ?? 1);

describe.each(TESTED)('the GPU engine in mode %s obeys the laws', (mode) => {
  const found = engineOf(mode);
  if ('missing' in found) {
    it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
    return;
  }
  const onModels = engine(found.engine, { bound: calibrated('f32'), round: Math.fround });
  for (const law of modelLaws()) it(`${law.name}: ${law.statement}`, async () => void (await assert(law, onModels, { runs: RUNS })));
  const subject = engine(found.engine, { bound: proved(found.engine.arithmetic), round: Math.fround });
  for (const law of CHOSEN) it(`${law.name}: ${law.statement}`, async () => void (await assert(law, subject, { runs: RUNS })));
});
