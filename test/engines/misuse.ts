import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import type { Engine, EngineError, Plan, Tensors } from '../../src/core/engine/engine.ts';
import type { Program } from '../../src/core/language/ops.ts';
import type { Shape } from '../../src/core/tensor/shape.ts';
import { type Tensor, tensor } from '../../src/core/tensor/tensor.ts';
import { right } from '../support/right.ts';

/** A use of an engine that is a mistake, or looks like one: what came of it, and what should have. */
export interface Misuse {
  readonly name: string;
  readonly said: (engine: Engine) => Promise<string>;
  readonly want: string;
}

const twice: Program = (o, { x }) => ({ y: o.scale(2, x) });
const x = tensor([2], [1, 2]);
const planned = async (
  engine: Engine,
  program: Program,
  inputs: Readonly<Record<string, Shape>>,
  resident: readonly string[] = [],
): Promise<Plan> => right(await engine.compile(program, inputs, { resident })());
const saidOf = (error: EngineError): string => `${error.stage}: ${error.message}`;
/** What a plan says to these inputs, or the numbers of its `y`. */
const answer = async (plan: Plan, given: unknown): Promise<string> => {
  const result = await plan.run(given as Tensors)();
  return isRight(result) ? result.right.y.data.slice().join() : saidOf(result.left);
};

const wrongInputs = (name: string, given: unknown, want: string): Misuse => ({
  name,
  said: async (engine) => {
    const plan = await planned(engine, twice, { x: [2] });
    const said = await answer(plan, given);
    plan.dispose();
    return said;
  },
  want: `run: ${want}`,
});

const wrongShape = (name: string, shape: unknown, want: string): Misuse => ({
  name,
  said: async (engine) => {
    const made = await engine.compile(twice, { x: shape as Shape })();
    return isLeft(made) ? saidOf(made.left) : 'it compiled';
  },
  want: `compile: ${want}`,
});

const noTensor = 'input x is not a tensor; give one of shape (2), as tensor(shape, data) makes it';
const shortData: Tensor = { shape: [2], data: Float64Array.of(1) };

/** The same on every engine. */
export const MISUSES: readonly Misuse[] = [
  wrongInputs(
    'inputs that are undefined',
    undefined,
    'a run is given its inputs by name, {} where there are none, and was given undefined',
  ),
  wrongInputs('inputs that are null', null, 'a run is given its inputs by name, {} where there are none, and was given null'),
  wrongInputs('an input that is null', { x: null }, noTensor),
  wrongInputs('an input that is undefined', { x: undefined }, 'input x (2) is missing'),
  wrongInputs('an input that is an array', { x: [1, 2] }, noTensor),
  wrongInputs('an input without data', { x: { shape: [2] } }, noTensor),
  wrongInputs('an input of another shape', { x: tensor([3], [1, 2, 3]) }, 'input x is (3), but the plan was compiled for (2)'),
  wrongInputs('an input with too few numbers', { x: shortData }, 'input x is (2), which holds 2 numbers, but its data has 1'),
  wrongShape('a shape that is undefined', undefined, 'input x: undefined is not a shape; give the lengths of its axes, as in [2, 3]'),
  wrongShape(
    'a shape with a length below 0',
    [-1, -2],
    'input x: (-1, -2) is not a shape: the length of an axis is a whole number, 0 or more',
  ),
  {
    name: 'an input by the name of what every object inherits',
    said: async (engine) => {
      const plan = await planned(engine, (o, given) => ({ y: o.scale(2, Object.values(given)[0]) }), { constructor: [2] }, ['constructor']);
      const all = [await answer(plan, {}), await answer(plan, { constructor: x }), await answer(plan, {})];
      plan.dispose();
      return all.join('; ');
    },
    want: 'run: input constructor (2) is missing: it stays between runs, but the first one needs it; 2,4; 2,4',
  },
  {
    name: 'a resident input that is undefined later',
    said: async (engine) => {
      const plan = await planned(engine, twice, { x: [2] }, ['x']);
      const all = [await answer(plan, { x }), await answer(plan, { x: undefined }), await answer(plan, {})];
      plan.dispose();
      return all.join('; ');
    },
    want: '2,4; 2,4; 2,4',
  },
  {
    name: 'a chain of 3000 operations on each element',
    said: async (engine) => {
      const plan = await planned(
        engine,
        (o, given) => ({ y: Array.from({ length: 3000 }).reduce<typeof given.x>((y) => o.shift(1, y), given.x) }),
        {
          x: [2],
        },
      );
      const said = await answer(plan, { x });
      plan.dispose();
      return said;
    },
    want: '3001,3002',
  },
];
