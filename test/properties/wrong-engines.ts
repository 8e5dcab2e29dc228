import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type CompileOptions,
  type Engine,
  type EngineError,
  engineError,
  inferNames,
  type Plan,
  type Tensors,
  type UntypedPlan,
} from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { adopt } from '../../src/core/tensor/tensor.ts';
import { right } from '../support/right.ts';

/** One run on all inputs, of a plan that keeps nothing itself. */
type Run = (inputs: Tensors) => Promise<Tensors>;
type Result = Promise<E.Either<EngineError, Tensors>>;
/** How a wrong engine runs and reads. */
interface Wrong {
  readonly run: (given: Tensors) => Result;
  readonly read?: () => Tensors;
}

const wrong = (make: (once: Run, options: CompileOptions) => Wrong): Engine => ({
  ...referenceEngine,
  compile: inferNames((program, shapes, options = {}) =>
    TE.map((plan: Plan): UntypedPlan => {
      const once: Run = async (inputs) => {
        return right(await plan.run(inputs)());
      };
      const { run, read = () => ({}) } = make(once, options);
      return { ...plan, run: (given) => () => run(given), read: () => TE.right(read()) };
    })(referenceEngine.compile(program, shapes)),
  ),
});

/** An engine that keeps every input until it is given again. */
const keeper = (run: (once: Run, kept: Record<string, Tensors[string]>, given: Tensors) => Result): Engine =>
  wrong((once) => {
    const kept: Record<string, Tensors[string]> = {};
    return { run: (given) => run(once, kept, given), read: () => ({ ...kept }) };
  });

/** For each law of plans, an engine that someone has written and that breaks it. */
export const WRONG_ENGINES: Readonly<Record<string, readonly Engine[]>> = {
  'plan: runs in turn': [
    // Results are views of one buffer.
    wrong((once) => {
      const buffers: Record<string, Float64Array> = {};
      const shared = (name: string, { shape, data }: Tensors[string]) => {
        buffers[name] ??= new Float64Array(data.length);
        buffers[name].set(data);
        return adopt(shape, buffers[name]);
      };
      return {
        run: async (given) => E.right(Object.fromEntries(Object.entries(await once(given)).map(([name, t]) => [name, shared(name, t)]))),
      };
    }),
    // The first results, for ever.
    wrong((once) => {
      let first: Promise<Tensors> | undefined;
      return {
        run: async (given) => {
          first ??= once(given);
          return E.right(await first);
        },
      };
    }),
  ],
  'plan: resident inputs': [
    // What is resident is never sent again.
    wrong((once, { resident = [] }) => {
      let kept: Tensors = {};
      return {
        run: async (given) => {
          kept = { ...Object.fromEntries(resident.map((name) => [name, given[name]])), ...kept };
          return E.right(await once({ ...given, ...kept }));
        },
      };
    }),
  ],
  'plan: state': [
    // Nothing takes its place.
    keeper(async (once, kept, given) => {
      Object.assign(kept, given);
      return E.right(await once({ ...kept }));
    }),
  ],
  'plan: runs together': [
    // A run starts before the one before it has ended.
    keeper(async (once, kept, given) => {
      Object.assign(kept, given);
      const outputs = await once({ ...kept });
      kept.s = outputs.next;
      return E.right(outputs);
    }),
  ],
  'plan: a run that fails': [
    // The mistake is found when the work is done, on the x of last time.
    keeper(async (once, kept, given) => {
      Object.assign(kept, given);
      const outputs = await once({ ...kept });
      kept.s = outputs.next;
      return given.x === undefined ? E.left(engineError('run', 'input x is missing')) : E.right(outputs);
    }),
  ],
};
