import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { EngineError, Plan, Tensors } from './engine.ts';

/** Compiled plans by what they compute. */
export interface PlanCache {
  /** Run the plan of a key, which is compiled when it is not at hand. */
  readonly run: (key: string, compile: () => TaskEither<EngineError, Plan>, inputs: Tensors) => Promise<E.Either<EngineError, Tensors>>;
  /** What really runs the plans at hand, in the engines' words. */
  readonly describe: () => string;
  readonly dispose: () => void;
}

/** Plans that are kept for the next request of the same key; of more than `most`, the one that was unused longest goes. */
export const planCache = (most: number = Number.POSITIVE_INFINITY): PlanCache => {
  const plans = new Map<string, Plan>();
  const use = (key: string, plan: Plan): void => {
    plans.delete(key);
    plans.set(key, plan);
    for (const [oldest, unused] of plans) {
      if (plans.size <= most) return;
      plans.delete(oldest);
      unused.dispose();
    }
  };
  return {
    run: async (key, compile, inputs) => {
      const known = plans.get(key);
      const made = known === undefined ? await compile()() : E.right(known);
      if (E.isLeft(made)) return made;
      use(key, made.right);
      return made.right.run(inputs)();
    },
    describe: () => [...new Set([...plans.values()].map((plan) => plan.describe))].join('; '),
    dispose: () => {
      for (const plan of plans.values()) plan.dispose();
    },
  };
};
