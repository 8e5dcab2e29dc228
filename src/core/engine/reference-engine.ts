import { onTags } from '../interpret/progress.ts';
import { reference } from '../interpret/reference.ts';
import type { Engine } from './engine.ts';
import { type TensorEngineOptions, tensorEngine } from './tensor-engine.ts';

const OPTIONS: TensorEngineOptions = {
  name: 'reference',
  // Every function of the language is within 1 ulp, so within 2 units roundoff; rsqrt rounds once more, as its bound allows (docs/accuracy.md).
  arithmetic: { u: 1.1102230246251565e-16, elementary: () => 2, tiny: 5e-324 },
  ops: reference,
  describe: 'float64 reference in JavaScript',
};

/** The reference as an engine: the definition, run by the same callers as every other. */
export const referenceEngine: Engine = tensorEngine(OPTIONS);

/** The same, which says when a tag passes: it takes long, and computes as it goes. */
export const reportingReferenceEngine = (passed: () => void): Engine => tensorEngine({ ...OPTIONS, ops: onTags(reference, passed) });
