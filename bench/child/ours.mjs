import { forwardProgram, gemmProgram, stepInputs, trainProgram } from './programs.mjs';

/** The value of a TaskEither, or its error thrown: the parent shows it as this peer's. */
export const run = async (task) => {
  const result = await task();
  if (result._tag === 'Left') throw new Error(result.left.message);
  return result.right;
};

const mapped = (record, f) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

/** What stays on the engine from run to run. */
const residentOf = (spec, names) =>
  spec.work === 'gemm' ? (spec.resident ? ['there', 'back'] : []) : names.filter((name) => name !== 'image');

const scalar = (x) => ({ shape: [], data: Float64Array.of(x) });
const told = (spec, step) => mapped(stepInputs(spec.adamw, step), scalar);

/** A work as a program, with what it is compiled for and its first inputs. In training, parameters and moments are state. */
export const programOf = ({ spec, tensors }) => {
  const shapes = mapped(spec.tensors, ({ shape }) => shape);
  const names = Object.keys(shapes);
  if (spec.work === 'train') {
    const first = told(spec, spec.adamw.step + 1);
    const state = Object.fromEntries(names.filter((name) => name.includes('.')).map((name) => [name, `next ${name}`]));
    const inputs = { ...tensors, ...first };
    return { program: trainProgram(spec), shapes: { ...shapes, ...mapped(first, () => []) }, options: { state }, inputs };
  }
  const program = spec.work === 'gemm' ? gemmProgram(spec) : forwardProgram(spec.config);
  return { program, shapes, options: { resident: residentOf(spec, names) }, inputs: { ...tensors } };
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
      if (step !== undefined) given = { ...given, ...told(job.spec, ++step) };
      const outputs = await run(plan.run(given));
      given = each;
      return mapped(outputs, ({ data }) => data);
    },
    state: async () => mapped(await run(plan.read(Object.keys(state))), ({ data }) => data),
  };
};
