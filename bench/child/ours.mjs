import { forwardProgram, gemmProgram } from './programs.mjs';

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

/** Forward passes and products on one of our engines. */
export const loadOurs = async (engine, { spec, tensors }) => {
  const program = { forward: forwardProgram(spec.config), gemm: gemmProgram(spec) }[spec.work];
  if (program === undefined) throw new Error(`no ${spec.work} here yet`);
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
  const takesResident = engine.name === 'simd';
  return {
    describe: plan.describe,
    memory: plan.memory,
    run: async () => mapped(await run(plan.run(takesResident ? given : inputs)), ({ data }) => data),
  };
};
