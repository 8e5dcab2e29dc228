import fc from 'fast-check';
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { CompileOptions, Engine, EngineError, Plan } from '../../src/core/engine/engine.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import type { Shaped } from '../../src/core/tensor/shape.ts';
import type { Tensors } from '../implementation.ts';
import { drawnLengths, drawTensor, type TensorSpec, tensorSpecs } from '../tensor-spec.ts';
import type { Law } from './law.ts';

type Named<T> = Readonly<Record<string, T>>;

/** A step that a plan repeats: `y = x wᵀ + s`, and `next = x wᵀ − s` may take the place of s. On small integers, so exactly. */
const step = <T extends Shaped>(o: Ops<T>, { w, s, x }: Named<T>) => {
  const product = o.linear(x, w);
  return { y: o.add(product, s), next: o.sub(product, s) };
};
/** Three steps, each from the state that the one before has left. */
const three = <T extends Shaped>(o: Ops<T>, { w, s, x0, x1, x2 }: Named<T>) => {
  const first = step(o, { w, s, x: x0 });
  const second = step(o, { w, s: first.next, x: x1 });
  const third = step(o, { w, s: second.next, x: x2 });
  return { y0: first.y, y1: second.y, y2: third.y, state: third.next };
};

const got = <A>(e: Engine, result: Either<EngineError, A>): A => {
  if (isLeft(result)) throw new Error(`${e.name}: ${result.left.stage}: ${result.left.message}`);
  return result.right;
};

interface Case {
  readonly w: TensorSpec;
  /** Other weights of the same shape. */
  readonly v: TensorSpec;
  readonly s: TensorSpec;
  readonly x0: TensorSpec;
  readonly x1: TensorSpec;
  readonly x2: TensorSpec;
}
const cases: fc.Arbitrary<Case> = drawnLengths(3, { min: 2, max: 4 }).chain(([m, k, n]) => {
  const of = (...shape: number[]) => tensorSpecs(shape, ['integers']);
  return fc.record({ w: of(n, k), v: of(n, k), s: of(m, n), x0: of(m, k), x1: of(m, k), x2: of(m, k) });
});

/** One plan of `step`, used many times: `y` runs it and gives that output, `failed` runs it on too little. */
interface Use {
  readonly y: (inputs: Tensors) => Promise<Tensors[string]>;
  readonly failed: (inputs: Tensors) => Promise<void>;
  readonly read: Plan['read'];
}
interface Usage {
  readonly name: string;
  readonly statement: string;
  readonly options?: CompileOptions;
  /** What is done with the one plan. */
  readonly use: (plan: Use, inputs: Tensors) => Promise<Tensors>;
  /** The same as one program. */
  readonly means: <T extends Shaped>(o: Ops<T>, inputs: Named<T>) => Named<T>;
}
const STATE: CompileOptions = { state: { s: 'next' } };

const USAGES: readonly Usage[] = [
  {
    name: 'plan: runs in turn',
    statement: 'each run of a plan gives what a plan of its own gives, and an earlier result stays as it was',
    use: async (plan, { w, s, x0, x1 }) => ({ y0: await plan.y({ w, s, x: x0 }), y1: await plan.y({ w, s, x: x1 }), again: await plan.y({ w, s, x: x0 }) }),
    means: (o, { w, s, x0, x1 }) => {
      const { y } = step(o, { w, s, x: x0 });
      return { y0: y, y1: step(o, { w, s, x: x1 }).y, again: y };
    },
  },
  {
    name: 'plan: resident inputs',
    statement: 'a resident input stays until it is given again, then it is the new one',
    options: { resident: ['w'] },
    use: async (plan, { w, v, s, x0, x1, x2 }) => ({ y0: await plan.y({ w, s, x: x0 }), y1: await plan.y({ s, x: x1 }), y2: await plan.y({ w: v, s, x: x2 }), y3: await plan.y({ s, x: x0 }) }),
    means: (o, { w, v, s, x0, x1, x2 }) => ({ y0: step(o, { w, s, x: x0 }).y, y1: step(o, { w, s, x: x1 }).y, y2: step(o, { w: v, s, x: x2 }).y, y3: step(o, { w: v, s, x: x0 }).y }),
  },
  {
    name: 'plan: state',
    statement: 'each run starts from the state that the one before has left, and the last can be read',
    options: STATE,
    use: async ({ y, read }, { w, s, x0, x1, x2 }) => ({ y0: await y({ w, s, x: x0 }), y1: await y({ w, x: x1 }), y2: await y({ w, x: x2 }), ...(await readState(read)) }),
    means: three,
  },
  {
    name: 'plan: runs together',
    statement: 'runs that are started together are runs in turn',
    options: STATE,
    use: async ({ y, read }, { w, s, x0, x1, x2 }) => {
      const [y0, y1, y2] = await Promise.all([y({ w, s, x: x0 }), y({ w, x: x1 }), y({ w, x: x2 })]);
      return { y0, y1, y2, ...(await readState(read)) };
    },
    means: three,
  },
  {
    name: 'plan: a run that fails',
    statement: 'a run that lacks an input fails, and replaces nothing: neither what is resident nor the state',
    options: { ...STATE, resident: ['w'] },
    use: async ({ y, failed, read }, { w, v, s, x0, x1, x2 }) => {
      const y0 = await y({ w, s, x: x0 });
      await failed({ w: v });
      return { y0, y1: await y({ x: x1 }), y2: await y({ x: x2 }), ...(await readState(read)) };
    },
    means: three,
  },
]; // biome-ignore format: one usage a paragraph

const readState = async (read: Plan['read']): Promise<Tensors> => {
  const state = await read(['s'])();
  if (isLeft(state)) throw new Error(state.left.message);
  return { state: state.right.s };
};

const law = (e: Engine, { name, statement, options, use, means }: Usage): Law => {
  const run = async (_: unknown, inputs: Tensors): Promise<Tensors> => {
    const shapes = { w: inputs.w.shape, s: inputs.s.shape, x: inputs.x0.shape };
    const plan = got(e, await e.compile(step, shapes, options)());
    const y: Use['y'] = async (given) => got(e, await plan.run(given)()).y;
    const failed: Use['failed'] = async (given) => {
      if (!isLeft(await plan.run(given)())) throw new Error(`${e.name}: a run without x did not fail`);
    };
    try {
      return await use({ y, failed, read: plan.read }, inputs);
    } finally {
      plan.dispose();
    }
  };
  // Exact everywhere, so nobody asks for a bound.
  const by = { name: e.name, run, bound: () => ({}), bits: false, round: (x: number) => x };
  return {
    name,
    statement,
    exact: 'everywhere',
    claims: cases.map((c) => {
      const inputs = Object.fromEntries(Object.entries(c).map(([key, spec]: [string, TensorSpec]) => [key, drawTensor(spec)]));
      return { spec: c, left: { program: means, inputs, by }, right: { program: means, inputs } };
    }),
  };
};

/**
 * What a plan of an engine means that is run more than once: on other inputs, with inputs that stay, with state, with several runs
 * at a time, and after a run that failed. Ask them of that engine. On small integers, so exactly, in every format.
 *
 * @example
 * const subject = fromEngine(referenceEngine, { bound: proved(FLOAT64) });
 * planLaws(referenceEngine).length // 5
 * await check(planLaws(referenceEngine)[0], subject, { runs: 5 }) // { law: 'plan: runs in turn', holds: true, … }
 */
export const planLaws = (e: Engine): readonly Law[] => USAGES.map((usage) => law(e, usage));
