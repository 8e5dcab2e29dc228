import { lossLaws, modelLaws } from '../../properties/index.ts';
import { allObey } from './obey.ts';

allObey(
  'model',
  (name) => `a DeiT on ${name} obeys the laws of the model`,
  () => modelLaws(),
);

allObey(
  'losses',
  (name) => `the losses on ${name} obey their laws`,
  () => lossLaws(),
);
