import * as E from 'fp-ts/lib/Either.js';
import type { Engine, Plan, Tensors } from '../core/engine.ts';
import { reference } from '../core/interpret/reference.ts';
import { CASE_OPERATIONS, casesOf } from '../core/oracle/cases.ts';
import { diagnose, type Failing } from '../core/oracle/diagnose.ts';
import { follow, judged, type Step } from '../core/oracle/follow.ts';
import { type Job, programOf } from '../core/oracle/job.ts';
import { both, type Comparison, NOTHING } from '../core/oracle/judge.ts';
import { type Mutant, plant } from '../core/oracle/mutants.ts';
import { jobOf, OPERATION_NAMES } from '../core/oracle/operations.ts';
import { draw, drawUpstream, type Recipe } from '../core/oracle/recipe.ts';
import type { Tensor } from '../core/tensor.ts';
import { type ForwardReport, type OperationReport, verdictOf } from './verdict.ts';

/** What to check an engine on. */
export interface CheckOptions {
  readonly engine: Engine;
  /** Operations by name, gradients as `X.vjp`. @defaultValue all that cases exist for */
  readonly ops?: readonly string[];
  /** Cases of each operation. */
  readonly cases: number;
  readonly seed: number;
  /** A mistake to plant in the engine: the check must find it. */
  readonly plant?: Mutant;
  readonly progress?: (label: string, done: number) => void;
}

/** Operations that `check` has cases for, gradients included. */
export const CHECKED: readonly string[] = OPERATION_NAMES.filter((name) => CASE_OPERATIONS.includes(name.replace(/\.vjp$/, '')));

/** A case as it is run: the request, its job, and for whole models the steps on the way. */
interface Case {
  readonly recipe: Recipe;
  readonly given: Tensors;
  readonly job: Job;
  readonly followed: boolean;
}

/** Operations so deep that a bound of the whole would say little: they are followed step by step. */
const FOLLOWED = new Set(['block.vjp', 'mhsa.vjp', 'forward', 'loss_gradient']);

const caseOf = (recipe: Recipe): E.Either<string, Case> =>
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

/** Plans by what they compute, made once. */
const planner = (engine: Engine, mutant: Mutant | undefined) => {
  const plans = new Map<string, Plan>();
  const change = mutant === undefined ? {} : { change: plant(mutant) };
  return {
    run: async ({ recipe, job, followed }: Case): Promise<E.Either<string, Tensors>> => {
      const shapes = Object.fromEntries(Object.entries(job.inputs).map(([name, { shape }]) => [name, shape]));
      const key = JSON.stringify([recipe.attrs, shapes, followed]);
      let plan = plans.get(key);
      if (plan === undefined) {
        const compiled = await engine.compile(programOf(job, { taps: followed ? 'outside' : [], ...change }), shapes)();
        if (E.isLeft(compiled)) return E.left(`${compiled.left.stage}: ${compiled.left.message}`);
        plan = compiled.right;
        plans.set(key, plan);
      }
      return E.mapLeft(({ stage, message }: { stage: string; message: string }) => `${stage}: ${message}`)(await plan.run(job.inputs)());
    },
    describe: (): string => [...new Set([...plans.values()].map((plan) => plan.describe))].join('; '),
    dispose: (): void => {
      for (const plan of plans.values()) plan.dispose();
    },
  };
};

/** Failing cases that a diagnosis looks at: a few are enough, and each mutant is run on each. */
const DIAGNOSED = 4;

/** A failure of a case, at the first step that fails where the operation has steps: found by running it again with taps. */
const located = async (
  engine: Engine,
  plans: ReturnType<typeof planner>,
  one: Case,
  got: Tensors,
  comparison: Comparison,
  steps: readonly Step[],
): Promise<readonly Failing[]> => {
  const tapped = one.followed ? E.right(got) : await plans.run({ ...one, followed: true });
  const seen = E.isLeft(tapped) ? got : tapped.right;
  const followed = one.followed ? steps : follow(engine.arithmetic, programOf(one.job), one.job.inputs, seen);
  const culprit = followed.find((step) => step.comparison.failed > 0);
  return culprit === undefined || followed.every((step) => step.output)
    ? failingOf(one, got, comparison)
    : failingOf(one, seen, culprit.comparison, culprit.name);
};

const failingOf = ({ recipe, given, job }: Case, got: Tensors, comparison: Comparison, step?: string): readonly Failing[] =>
  comparison.worst === undefined || comparison.failure !== 'value'
    ? []
    : [{ op: recipe.op, attrs: recipe.attrs, given, job, got, worst: comparison.worst, ...(step === undefined ? {} : { step }) }];

/** One operation: every case run by the engine and held against the proved bound. */
export const checkOperation = async ({ engine, cases, seed, plant: mutant }: CheckOptions, op: string): Promise<OperationReport> => {
  const started = performance.now();
  const plans = planner(engine, mutant);
  let total = NOTHING;
  let worstCase: Recipe | undefined;
  let problem: string | undefined;
  const failures: Failing[] = [];
  const recipes = casesOf(op, cases, seed);
  for (const recipe of recipes) {
    const made = caseOf(recipe);
    if (E.isLeft(made)) throw new Error(`the oracle's own case cannot be made: ${made.left}`);
    const got = await plans.run(made.right);
    if (E.isLeft(got)) {
      problem = got.left;
      break;
    }
    const { job, followed } = made.right;
    const program = programOf(job);
    const steps = followed ? follow(engine.arithmetic, program, job.inputs, got.right) : [];
    const comparison = followed
      ? steps.map((step) => step.comparison).reduce(both, NOTHING)
      : judged(engine.arithmetic, program, job.inputs, got.right);
    if (comparison.failed > 0 && failures.length < DIAGNOSED)
      failures.push(...(await located(engine, plans, made.right, got.right, comparison, steps)));
    const before = total.worst;
    total = both(total, comparison);
    if (total.worst !== before) worstCase = recipe;
  }
  plans.dispose();
  const matches = problem === undefined ? diagnose(engine.arithmetic, failures) : [];
  const divergence = failures.find((failing) => failing.step !== undefined)?.step;
  return {
    type: 'operation',
    op,
    cases: recipes.length,
    ...total,
    verdict: verdictOf(total, problem),
    ...(problem === undefined ? {} : { problem }),
    ...(worstCase === undefined ? {} : { recipe: worstCase }),
    ...(divergence === undefined ? {} : { divergence }),
    matches,
    engine: plans.describe(),
    milliseconds: Math.round(performance.now() - started),
  };
};

/** A model to be followed step by step: its name, and the request. */
export interface ModelCase {
  readonly model: string;
  /** What its image is. */
  readonly image: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** The image and the weights, as the engine can store them. */
  readonly given: Tensors;
}

/** A forward pass on one image, each layer against what the reference makes of the engine's own layer before it. */
export const checkForward = async (
  { engine, plant: mutant }: CheckOptions,
  { model, image, attrs, given }: ModelCase,
): Promise<ForwardReport> => {
  const started = performance.now();
  const job = jobOf('forward', attrs, given);
  if (E.isLeft(job)) throw new Error(`the oracle's own model cannot be made: ${job.left}`);
  const recipe: Recipe = { op: 'forward', dims: {}, attrs, family: 'normal', scale: 1, offset: 0, seed: 0 };
  const one: Case = { recipe, given, job: job.right, followed: true };
  const plans = planner(engine, mutant);
  const got = await plans.run(one);
  const seconds = (performance.now() - started) / 1000;
  const steps = E.isLeft(got) ? [] : follow(engine.arithmetic, programOf(job.right), job.right.inputs, got.right);
  const culprit = steps.find((step) => step.comparison.failed > 0);
  const own = E.isLeft(got) ? {} : programOf(job.right)(reference, job.right.inputs);
  const apart = E.isLeft(got) ? Number.NaN : Math.max(...Object.entries(own).map(([name, want]) => farthest(got.right[name], want)));
  const total = steps.map((step) => step.comparison).reduce(both, NOTHING);
  const problem = E.isLeft(got) ? got.left : undefined;
  const failures = E.isRight(got) && culprit !== undefined ? failingOf(one, got.right, culprit.comparison, culprit.name) : [];
  const describe = plans.describe();
  plans.dispose();
  return {
    type: 'forward',
    model,
    image,
    steps,
    ...total,
    verdict: verdictOf(total, problem),
    ...(problem === undefined ? {} : { problem }),
    ...(culprit === undefined ? {} : { divergence: culprit.name }),
    matches: diagnose(engine.arithmetic, failures),
    logitsApart: apart,
    engine: describe,
    engineSeconds: seconds,
    milliseconds: Math.round(performance.now() - started),
  };
};

const farthest = (got: Tensor | undefined, want: Tensor): number => {
  let most = got === undefined || got.data.length !== want.data.length ? Number.POSITIVE_INFINITY : 0;
  for (let i = 0; got !== undefined && i < want.data.length; i++) most = Math.max(most, Math.abs(got.data[i] - want.data[i]));
  return most;
};

/** Every operation in turn, each reported when it is done. */
export async function* checkOperations(options: CheckOptions): AsyncGenerator<OperationReport> {
  const ops = options.ops ?? CHECKED;
  for (const [i, op] of ops.entries()) {
    options.progress?.(`checking ${op}`, i / ops.length);
    yield await checkOperation(options, op);
  }
}
