import type { Engine, Plan, Tensors } from '../../src/core/engine/engine.ts';
import type { Program } from '../../src/core/language/ops.ts';
import { adopt, tensor } from '../../src/core/tensor/tensor.ts';
import { right } from '../support/right.ts';

/** What an engine gave and what it should have given. */
export type Pair = readonly [got: readonly number[], want: readonly number[]];

/** A use of a plan again and again. */
export interface Reuse {
  readonly name: string;
  readonly pairs: (engine: Engine) => Promise<readonly Pair[]>;
}

const program: Program = (o, { w, x }) => ({ y: o.add(o.mul(w, x), o.constant([2], Float64Array.of(0.5, 0.25))) });
const x = tensor([2], [3, 5]);
const y = async (plan: Plan, inputs: Tensors): Promise<readonly number[]> => [...right(await plan.run(inputs)()).y.data];
const planned = async (engine: Engine, resident: readonly string[]): Promise<Plan> =>
  right(await engine.compile(program, { w: [2], x: [2] }, { resident })());
/** A plan after its first run, with the numbers of the `w` that it was given: nobody is meant to write to a tensor, here it shows who reads it. */
const begun = async (engine: Engine, resident: readonly string[]) => {
  const plan = await planned(engine, resident);
  const numbers = Float64Array.of(1, 2);
  const w = adopt([2], numbers);
  return { plan, w, numbers, first: await y(plan, { w, x }) };
};

/** What stays with a plan and what does not, on small programs. */
export const REUSES: readonly Reuse[] = [
  {
    name: 'a resident input is sent when it is given, and only then',
    pairs: async (engine) => {
      const { plan, w, numbers, first } = await begun(engine, ['w']);
      numbers.set([10, 20]);
      const pairs: readonly Pair[] = [
        [first, [3.5, 10.25]],
        [await y(plan, { x }), [3.5, 10.25]],
        [await y(plan, { w, x }), [30.5, 100.25]],
        [await y(plan, { x: tensor([2], [1, 1]) }), [10.5, 20.25]],
      ];
      plan.dispose();
      return pairs;
    },
  },
  {
    name: 'an input that is not resident is sent at every run',
    pairs: async (engine) => {
      const { plan, w, numbers, first } = await begun(engine, []);
      numbers.set([10, 20]);
      const pairs: readonly Pair[] = [
        [first, [3.5, 10.25]],
        [await y(plan, { w, x }), [30.5, 100.25]],
      ];
      plan.dispose();
      return pairs;
    },
  },
  {
    name: 'runs that are started together do not mix',
    pairs: async (engine) => {
      const plan = await planned(engine, ['w']);
      const all = await Promise.all([1, 2, 3, 4].map((k) => y(plan, { w: tensor([2], [k, 10 * k]), x })));
      const last = await y(plan, { x });
      plan.dispose();
      return [...all, last].map((got, i) => [got, [3 * Math.min(i + 1, 4) + 0.5, 50 * Math.min(i + 1, 4) + 0.25]]);
    },
  },
];
