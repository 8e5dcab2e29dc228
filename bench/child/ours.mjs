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

/** Training on one of our engines: a batch goes in and a loss comes out, parameters and moments stay. */
const loadTraining = async (engine, { spec, tensors }) => {
  const scalar = (x) => ({ shape: [], data: Float64Array.of(x) });
  const { image, target, teacher, ...start } = tensors;
  const names = Object.keys(start);
  const told = (step) => mapped(stepInputs(spec.adamw, step), scalar);
  const shapes = { ...mapped(spec.tensors, ({ shape }) => shape), ...mapped(told(1), () => []) };
  const state = Object.fromEntries(names.map((name) => [name, `next ${name}`]));
  const plan = await run(engine.compile(trainProgram(spec), shapes, { state }));
  let given = start;
  let step = spec.adamw.step;
  return {
    describe: plan.describe,
    memory: plan.memory,
    run: async () => {
      step++;
      const { loss } = await run(plan.run({ image, target, teacher, ...told(step), ...given }));
      given = {};
      return { loss: loss.data };
    },
    state: async () => mapped(await run(plan.read(names)), ({ data }) => data),
  };
};

/** A work on one of our engines. */
export const loadOurs = async (engine, job) => {
  const { spec, tensors } = job;
  if (spec.work === 'train') return loadTraining(engine, job);
  const program = { forward: forwardProgram(spec.config), gemm: gemmProgram(spec) }[spec.work];
  const resident = residentOf(spec, Object.keys(spec.tensors));
  const inputs = { ...tensors };
  const plan = await run(
    engine.compile(
      program,
      mapped(spec.tensors, ({ shape }) => shape),
      { resident },
    ),
  );
  await run(plan.run(inputs));
  const given = Object.fromEntries(Object.entries(inputs).filter(([name]) => !resident.includes(name)));
  return {
    describe: plan.describe,
    memory: plan.memory,
    run: async () => mapped(await run(plan.run(given)), ({ data }) => data),
  };
};
