import { describe, expect, it } from 'vitest';
import type { Engine, Tensors } from '../../src/core/engine/engine.ts';
import { referenceEngine } from '../../src/core/engine/reference-engine.ts';
import { namedParams, specification } from '../../src/core/model/deit/params.ts';
import { mapRecord } from '../../src/core/params/map-record.ts';
import { oneHot } from '../../src/core/tensor/tensor.ts';
import { initialState, stateName, stepState } from '../../src/core/train/step.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';
import { distillationStep, roundedStepInputs } from '../support/training.ts';
import { numbers } from './cases.ts';
import { CONFIG, WEIGHTS } from './model.ts';
import { engine, expectSameBits } from './support.ts';

const BATCH = 3;
const STEPS = 3;
const PARAMETERS = namedParams(specification(CONFIG));
const START = initialState(PARAMETERS, WEIGHTS);
const batch = (t: number): Tensors => ({
  image: numbers(`image ${t}`, [BATCH, CONFIG.channels, ...CONFIG.image], 2),
  target: oneHot(CONFIG.classes, [t, 0, 4]),
  teacher: oneHot(CONFIG.classes, [t, 2, 4]),
  ...roundedStepInputs(1e-3, t),
});

/** Losses of some steps and the state they end with, kept on the engine all the while. */
const trained = async (of: Engine): Promise<Tensors> => {
  const shapes = mapRecord(({ shape }) => shape, { ...START, ...batch(1) });
  const plan = right(await of.compile(distillationStep(CONFIG), shapes, { state: stepState(PARAMETERS) })());
  const losses: [string, Tensors[string]][] = [];
  for (let t = 1; t <= STEPS; t++) {
    const outputs = right(await plan.run({ ...batch(t), ...(t === 1 ? START : {}) })());
    expect(Object.keys(outputs)).toEqual(['loss']);
    losses.push([`loss ${t}`, outputs.loss]);
  }
  return { ...Object.fromEntries(losses), ...right(await plan.read(Object.keys(START))()) };
};

const same = (got: Tensors, want: Tensors): void => {
  expect(Object.keys(got)).toEqual(Object.keys(want));
  for (const [name, tensorWanted] of notEmpty(Object.entries(want))) expectSameBits(name, got[name], tensorWanted);
};

describe(`${STEPS} training steps of a small distilled DeiT`, () => {
  it.each([
    ['one thread', 1],
    ['two threads', 2],
  ])("in f64 on %s have the reference's bits: losses, parameters and moments", async (_, threads) => {
    const one = await engine({ dtype: 'F64', threads });
    same(await trained(one), await trained(referenceEngine));
    one.dispose();
  });

  it('in f32 have the same bits on one thread and on two, and train', async () => {
    const [one, two] = [await engine({ dtype: 'F32', threads: 1 }), await engine({ dtype: 'F32', threads: 2 })];
    const [a, b] = [await trained(one), await trained(two)];
    same(a, b);
    const name = stateName('param', 'blocks.0.mlp.fc1.weight');
    expect(a[name].data).not.toEqual(START[name].data);
    one.dispose();
    two.dispose();
  });
});
