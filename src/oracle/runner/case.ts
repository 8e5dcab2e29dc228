import * as E from 'fp-ts/lib/Either.js';
import type { Arithmetic, Engine, EngineError, Tensors } from '../../core/engine/engine.ts';
import { keptPlans } from '../../core/engine/plan-cache.ts';
import { reference } from '../../core/interpret/reference.ts';
import { draw, drawUpstream, type Recipe } from '../../core/oracle/case/case-spec.ts';
import { jobOf } from '../../core/oracle/request/table.ts';
import { type Job, programOf } from '../../core/oracle/request/task.ts';
import type { Comparison } from '../../core/oracle/verdict/compare.ts';
import type { Failing } from '../../core/oracle/verdict/diagnose.ts';
import { type Mutant, plant } from '../../core/oracle/verdict/mutants.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { lending } from './lent-inputs.ts';
import { attempted } from './run-untrusted.ts';

/** A case as it is run. `judged(arithmetic, programOf(job), job.inputs, outputs)` judges what somebody makes of it. */
export interface Case {
  readonly recipe: Recipe;
  /** The tensors of the request, as the table of operations names them. */
  readonly given: Tensors;
  /** What is computed, and from what: labels, for one, are a distribution by then. */
  readonly job: Job;
  /** Whether it is judged step by step: a bound of the whole would say little. */
  readonly followed: boolean;
}

/** Operations so deep that a bound of the whole would say little: they are followed step by step. */
const FOLLOWED = new Set(['block.vjp', 'mhsa.vjp', 'forward', 'loss_gradient']);

/**
 * The case of a recipe: its tensors drawn, an upstream gradient among them where it asks for gradients.
 *
 * @returns `Left` with one sentence when the recipe does not fit its operation.
 * @example
 * const [recipe] = casesOf('linear.vjp', 1, 1);
 * E.map(({ given }) => Object.keys(given))(caseOf(recipe)) // right(['x', 'w', 'b', 'dy'])
 */
export const caseOf = (recipe: Recipe): E.Either<string, Case> =>
  E.chain((drawn: Tensors) => {
    const base = recipe.op.replace(/\.vjp$/, '');
    const given = E.chain((job: Job): E.Either<string, Tensors> => {
      if (base === recipe.op) return E.right(drawn);
      const y: Tensor = programOf(job)(reference, job.inputs).y;
      return E.right(y.shape.length === 0 ? drawn : { ...drawn, dy: drawUpstream(recipe, y.shape) });
    })(jobOf(base, recipe.attrs, drawn));
    return E.chain((tensors: Tensors) =>
      E.map((job: Job): Case => ({ recipe, given: tensors, job, followed: FOLLOWED.has(recipe.op) }))(
        jobOf(recipe.op, recipe.attrs, tensors),
      ),
    )(given);
  })(draw(recipe));

/** Runs cases. */
export interface CaseRunner {
  readonly arithmetic: Arithmetic;
  readonly run: (one: Case) => Promise<E.Either<string, Tensors>>;
  /** A failure where an input was written to, by any run: nobody may, and it would be judged against what it has made of it. */
  readonly untouched: () => Comparison;
  /** What really ran, in the engine's words. */
  readonly describe: () => string;
  readonly dispose: () => void;
}

/** A runner of cases on an engine, with a mistake planted in it where one is given. Cases of the same shapes share a plan. */
export const caseRunner = (engine: Engine, mutant: Mutant | undefined): CaseRunner => {
  const [plans, { lend, untouched }] = [keptPlans(), lending('the engine')];
  const change = mutant === undefined ? {} : { change: plant(mutant) };
  return {
    arithmetic: engine.arithmetic,
    run: ({ recipe, job, followed }) =>
      attempted(async () => {
        const shapes = Object.fromEntries(Object.entries(job.inputs).map(([name, { shape }]) => [name, shape]));
        const compile = () => engine.compile(programOf(job, { taps: followed ? 'outside' : [], ...change }), shapes);
        const outputs = await lend(job.inputs, (lent) => plans.run(JSON.stringify([recipe.attrs, shapes, followed]), compile, lent));
        return E.mapLeft(({ stage, message }: EngineError) => `${stage}: ${message}`)(outputs);
      }),
    untouched,
    describe: plans.describe,
    dispose: plans.dispose,
  };
};

/** What a diagnosis is told of a case that failed by its values, at the step that is the culprit where it has steps. */
export const failingOf = ({ recipe, given, job }: Case, got: Tensors, comparison: Comparison, step?: string): readonly Failing[] =>
  comparison.worst === undefined || comparison.failure !== 'value'
    ? []
    : [{ op: recipe.op, attrs: recipe.attrs, given, job, got, worst: comparison.worst, ...(step === undefined ? {} : { step }) }];
