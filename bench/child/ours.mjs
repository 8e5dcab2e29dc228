import { mapRecord } from '../../dist/src/core/params/map-record.js';
import { stepState } from '../../dist/src/index.js';
import { gemmProgram, logitsProgram, parametersOf, scalarsOf, trainProgram } from './programs.mjs';

/** The value of a TaskEither, or its error thrown: the parent shows it as this peer's. */
export const run = async (task) => {
  const result = await task();
  if (result._tag === 'Left') throw new Error(result.left.message);
  return result.right;
};

/** What stays on the engine from run to run. */
const residentOf = (spec, names) =>
  spec.work === 'gemm' ? (spec.resident ? ['there', 'back'] : []) : names.filter((name) => name !== 'image');

/** A work as a program, with what it is compiled for and its first inputs. In training, parameters and moments are state. */
export const programOf = ({ spec, tensors }) => {
  const shapes = mapRecord(({ shape }) => shape, spec.tensors);
  if (spec.work === 'train') {
    const first = scalarsOf(spec, spec.adamw.step + 1);
    const options = { state: stepState(parametersOf(spec)) };
    return { program: trainProgram(spec), shapes: { ...shapes, ...mapRecord(() => [], first) }, options, inputs: { ...tensors, ...first } };
  }
  const program = spec.work === 'gemm' ? gemmProgram(spec) : logitsProgram(spec.config);
  return { program, shapes, options: { resident: residentOf(spec, Object.keys(shapes)) }, inputs: { ...tensors } };
};

/** A work on one of our engines: what stays is given with the first run alone. */
export const loadOurs = async (engine, job) => {
  const { program, shapes, options, inputs } = programOf(job);
  const { resident = [], state = {} } = options;
  const stays = [...resident, ...Object.keys(state)];
  const plan = await run(engine.compile(program, shapes, options));
  const each = Object.fromEntries(Object.entries(inputs).filter(([name]) => !stays.includes(name)));
  let step = job.spec.adamw?.step;
  let given = inputs;
  return {
    describe: plan.describe,
    memory: plan.memory,
    run: async () => {
      if (step !== undefined) given = { ...given, ...scalarsOf(job.spec, ++step) };
      const outputs = await run(plan.run(given));
      given = each;
      return mapRecord(({ data }) => data, outputs);
    },
    state: async () => mapRecord(({ data }) => data, await run(plan.read(Object.keys(state)))),
  };
};
