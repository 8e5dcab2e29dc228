import { reference } from '../interpret/reference.ts';
import type { Engine } from './engine.ts';
import { tensorEngine } from './tensor-engine.ts';

/** The reference as an engine: the definition, run by the same callers as every other. */
export const referenceEngine: Engine = tensorEngine({
  name: 'reference',
  // Every function of the language is within 1 ulp, so within 2 units roundoff; rsqrt rounds once more, as its bound allows (docs/accuracy.md).
  arithmetic: { u: 1.1102230246251565e-16, elementary: () => 2, tiny: 5e-324 },
  ops: reference,
  describe: 'float64 reference in JavaScript',
});
