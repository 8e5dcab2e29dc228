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
  lossLaws,
  modelLaws,
  namedLaws,
  operationLaws,
  proved,
  softmaxLaws,
} from '../../properties/index.ts';
import { engineOf, TESTED } from '../gpu/modes.ts';

/** The laws of the operations that need the engine alone. */
const OF_ENGINES: readonly Law[] = [
  ...adjointLaws,
  ...namedLaws,
  ...elementaryLaws,
  ...softmaxLaws,
  ...layerNormLaws,
  ...attentionLaws,
  ...independenceLaws,
];
/** Those of the model that say most. */
const OF_MODELS = ['model: patches and positions', 'model: class and distillation token', 'model: derivative'];
/** With DEIT_LAWS=all every law; DEIT_LAW_RUNS cases each, or one. The browser's tests run all of them. */
const ALL = process.env.DEIT_LAWS === 'all';
const CHOSEN = ALL ? [...operationLaws, ...lossLaws()] : OF_ENGINES;
const RUNS = Number(process.env.DEIT_LAW_RUNS ?? 1);

describe.each(TESTED)('the GPU engine in mode %s obeys the laws', (mode) => {
  const found = engineOf(mode);
  if ('missing' in found) {
    it(`has no back end here: ${found.missing}`, (context) => context.skip(found.missing));
    return;
  }
  const onModels = engine(found.engine, { bound: calibrated('f32'), round: Math.fround });
  for (const law of modelLaws().filter(({ name }) => ALL || OF_MODELS.includes(name)))
    it(`${law.name}: ${law.statement}`, async () => void (await assert(law, onModels, { runs: RUNS })));
  const subject = engine(found.engine, { bound: proved(found.engine.arithmetic), round: Math.fround });
  for (const law of CHOSEN) it(`${law.name}: ${law.statement}`, async () => void (await assert(law, subject, { runs: RUNS })));
});
