import { agreementLaws, operationLaws, planLaws } from '../../properties/index.ts';
import { allObey } from './obey.ts';

allObey(
  'operations',
  (name) => `${name} obeys the laws of the operations`,
  () => operationLaws,
);

allObey(
  'agreement',
  (name) => `${name} does what defines it, bit for bit where it claims that`,
  ({ definition }) => agreementLaws(definition),
);

allObey(
  'operations',
  (name) => `plans of ${name} mean what they say when they run more than once`,
  ({ engine }) => (engine === undefined ? [] : planLaws(engine)),
);
