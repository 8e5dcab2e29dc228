import { agreementLaws, operationLaws } from '../../properties/index.ts';
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
