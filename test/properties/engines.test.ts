import { describe, it } from 'vitest';
import {
  adjointLaws,
  assert,
  attentionLaws,
  elementaryLaws,
  engine,
  independenceLaws,
  type Law,
  laws,
  layerNormLaws,
  linearityLaws,
  modelLaws,
  namedLaws,
  proved,
  softmaxLaws,
} from '../../properties/index.ts';
import { engineOf, TESTED } from '../gpu/modes.ts';

/** The laws of the operations and of the model on them. */
const OF_ENGINES: readonly Law[] = [
  ...adjointLaws,
  ...linearityLaws,
  ...namedLaws,
  ...elementaryLaws,
  ...softmaxLaws,
  ...layerNormLaws,
  ...attentionLaws,
  ...independenceLaws,
  ...modelLaws(),
];
/** With DEIT_LAWS=all also those of the losses, of our interpreters and of every derivative; DEIT_LAW_RUNS cases each, or one. */
const CHOSEN = process.env.DEIT_LAWS === 'all' ? laws : OF_ENGINES;
const RUNS = Number(process.env.DEIT_LAW_RUNS ?? 1);

describe.each(TESTED)('the GPU engine in mode %s obeys the laws within its proved bound', (mode) => {
  const found = engineOf(mode);
  if ('missing' in found) {
    it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
    return;
  }
  const subject = engine(found.engine, { bound: proved(found.engine.arithmetic), round: Math.fround });
  for (const law of CHOSEN) it(`${law.name}: ${law.statement}`, async () => void (await assert(law, subject, { runs: RUNS })));
});
