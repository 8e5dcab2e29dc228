import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Engine, engineError } from '../engine.ts';
import { reference } from './reference.ts';
import { problems, shape, sketch } from './shape.ts';

/** float64: every function of the language is within 1 ulp, so within 2 units roundoff (docs/accuracy.md). */
const FLOAT64 = { u: 1.1102230246251565e-16, elementary: () => 2, tiny: 5e-324 };

/** The reference as an engine: the definition, run by the same callers as every other. */
export const referenceEngine: Engine = {
  name: 'reference',
  arithmetic: FLOAT64,
  compile: (program, inputs) => {
    const sketched = Object.fromEntries(Object.entries(inputs).map(([name, of]) => [name, sketch(of)]));
    const [first] = problems(Object.values(program(shape, sketched)));
    if (first !== undefined) return TE.left(engineError('compile', `${first.where}${first.operation}: ${first.message}`));
    return TE.right({
      run: (tensors) => TE.tryCatch(async () => program(reference, tensors), (reason) => engineError('run', String(reason))), // biome-ignore format: one line
      describe: 'float64 reference in JavaScript',
      dispose: () => {},
    });
  },
  dispose: () => {},
};
