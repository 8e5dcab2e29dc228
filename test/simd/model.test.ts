import { afterAll, describe, expect, it } from 'vitest';
import { reference } from '../../src/core/interpret/reference.ts';
import { bounded, stored } from '../../src/core/oracle/bound/interpreter.ts';
import { right } from '../support/right.ts';
import { BATCHED, forwardPass, gradientPass, SHAPES, WEIGHTS } from './model.ts';
import { engine, expectSameBits } from './support.ts';

const engines = await Promise.all(
  (['F64', 'F32'] as const).flatMap((dtype) =>
    [1, 2, 3].map(async (threads) => ({ dtype, threads, of: await engine({ dtype, threads }) })),
  ),
);
afterAll(() => {
  for (const { of } of engines) of.dispose();
});
const inputs = { ...WEIGHTS, ...BATCHED };
const PASSES = { 'forward pass': forwardPass, 'loss and gradients': gradientPass };

describe.each(Object.entries(PASSES))('%s of a small DeiT', (_, pass) => {
  const want = pass(reference, inputs);

  it.each(engines.filter(({ dtype }) => dtype === 'F64'))('has the bits of the reference in f64 with $threads threads', async ({ of }) => {
    const plan = right(await of.compile(pass, SHAPES)());
    for (let run = 0; run < 3; run++) {
      const got = right(await plan.run(inputs)());
      expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
      for (const [name, tensor] of Object.entries(want)) expectSameBits(name, got[name], tensor);
    }
  });

  it('has the same bits in f32 with any number of threads, all within the proved bound', async () => {
    const runs = await Promise.all(
      engines
        .filter(({ dtype }) => dtype === 'F32')
        .map(async ({ of }) => right(await right(await of.compile(pass, SHAPES)()).run(inputs)())),
    );
    const [{ of }] = engines.filter(({ dtype }) => dtype === 'F32');
    const given = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, stored(of.arithmetic, tensor)]));
    const bounds = pass(bounded(of.arithmetic, reference), given);
    for (const [name, { value, error }] of Object.entries(bounds)) {
      for (const run of runs.slice(1)) expectSameBits(name, run[name], runs[0][name]);
      for (let i = 0; i < value.data.length; i++)
        if (!(Math.abs(runs[0][name].data[i] - value.data[i]) <= error.data[i]))
          expect.fail(`${name}: element ${i} is ${runs[0][name].data[i]}, the reference's ${value.data[i]} ± ${error.data[i]}`);
    }
  });
});

describe.each(engines)('resident inputs in $dtype with $threads threads', ({ of }) => {
  it('stay until they are given again', async () => {
    const plain = right(await of.compile(forwardPass, SHAPES)());
    const plan = right(await of.compile(forwardPass, SHAPES, { resident: Object.keys(WEIGHTS) })());
    const changed = { ...WEIGHTS, 'head.weight': { ...WEIGHTS['head.weight'], data: WEIGHTS['head.weight'].data.slice().fill(0.25) } };
    const first = right(await plan.run(inputs)());
    const second = right(await plan.run({ image: BATCHED.image })());
    const third = right(await plan.run({ image: BATCHED.image, 'head.weight': changed['head.weight'] })());
    const want = right(await plain.run(inputs)());
    const wantThird = right(await plain.run({ ...changed, ...BATCHED })());
    expectSameBits('first run', first.logits_cls, want.logits_cls);
    expectSameBits('second run', second.logits_cls, want.logits_cls);
    expectSameBits('third run', third.logits_cls, wantThird.logits_cls);
    expect(want.logits_cls.data).not.toEqual(wantThird.logits_cls.data);
  });
});
