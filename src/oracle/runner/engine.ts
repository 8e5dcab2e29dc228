import * as E from 'fp-ts/lib/Either.js';
import type { Engine, EngineError } from '../../core/engine/engine.ts';
import { planCache } from '../../core/engine/plan-cache.ts';
import { type Mutant, plant } from '../../core/oracle/mistake/mistake.ts';
import { programOf } from '../../core/oracle/request/task.ts';
import { lentInputs } from './lent-inputs.ts';
import { runUntrusted } from './run-untrusted.ts';
import type { CaseRunner } from './runner.ts';

/** A runner of cases on an engine, with a mistake planted in it where one is given. Cases of the same shapes share a plan. */
export const engineRunner = (engine: Engine, mutant: Mutant | undefined): CaseRunner => {
  const [plans, { lend, untouched }] = [planCache(), lentInputs('the engine')];
  return {
    arithmetic: engine.arithmetic,
    deterministic: true,
    run: ({ spec, given, task: right, followed }) =>
      runUntrusted(async () => {
        const task = mutant === undefined ? right : plant(mutant)({ op: spec.op, attrs: spec.attrs, given, task: right });
        const shapes = Object.fromEntries(Object.entries(task.inputs).map(([name, { shape }]) => [name, shape]));
        const compile = () => engine.compile(programOf(task, { taps: followed ? 'outside' : [] }), shapes);
        const outputs = await lend(task.inputs, (lent) => plans.run(JSON.stringify([spec.attrs, shapes, followed]), compile, lent));
        return E.mapLeft(({ stage, message }: EngineError) => `${stage}: ${message}`)(outputs);
      }),
    untouched,
    describe: plans.describe,
    dispose: plans.dispose,
  };
};
