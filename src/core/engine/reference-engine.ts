import { reference } from '../interpret/reference.ts';
import { FLOAT64 } from './arithmetic.ts';
import type { Engine } from './engine.ts';
import { tensorEngine } from './tensor-engine.ts';

/** The reference as an engine: the definition, run by the same callers as every other. */
export const referenceEngine: Engine = tensorEngine({
  name: 'reference',
  // Every function of the language is within 1 ulp, so within 2 units roundoff; rsqrt rounds once more, as its bound allows (docs/accuracy.md).
  arithmetic: FLOAT64,
  ops: reference,
  describe: 'float64 reference in JavaScript',
});
