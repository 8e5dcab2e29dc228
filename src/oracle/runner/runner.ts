import type * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic } from '../../core/engine/arithmetic.ts';
import type { Tensors } from '../../core/engine/engine.ts';
import type { Comparison } from '../../core/oracle/verdict/compare.ts';
import type { Case } from './case.ts';

/** Whoever is judged, as somebody who runs cases: an engine, a kernel. */
export interface CaseRunner {
  readonly arithmetic: Arithmetic;
  /** Whether they promise the same bits for the same inputs: others are then a failure, and only told where they do not. */
  readonly deterministic: boolean;
  readonly run: (one: Case) => Promise<E.Either<string, Tensors>>;
  /** A failure where an input was written to, by any run: nobody may, and it would be judged against what it has made of it. */
  readonly untouched: () => Comparison;
  /** What really ran, in the engine's words. */
  readonly describe: () => string;
  readonly dispose: () => void;
}
