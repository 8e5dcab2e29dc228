import { expect, it } from 'vitest';
import type { Program } from '../../src/core/language/ops.ts';
import { GPU, onEach } from '../support/engines.ts';
import { right } from '../support/right.ts';
import type { Spoil } from '../support/training.ts';
import { CASES, type Case, MODELS, training } from './cases.ts';
import { againstBound, againstRounding, type Verdict } from './judged.ts';

/** With DEIT_GPU_SHOW=1 every figure is printed, not the failing ones alone. */
const shown = (mode: string, name: string, verdict: Verdict): Verdict => {
  if (process.env.DEIT_GPU_SHOW === '1') process.stderr.write(`${mode.padEnd(7)} ${verdict.ratio.toFixed(3)} ${name}\n`);
  return verdict;
};

const byName = (cases: readonly Case[]) => cases.map((c) => [c.name, c] as const);

/** A program whose results are all a little too large. */
const slightlyOff =
  (program: Program): Program =>
  (o, inputs) =>
    Object.fromEntries(Object.entries(program(o, inputs)).map(([name, y]) => [name, o.scale(1.00001, y)]));

onEach(
  GPU,
  (name) => `${name}`,
  (engine) => {
    const { mode } = engine;
    it.each(byName(CASES))('%s: within the proved bound', async (name, c) => {
      const { ratio, at } = shown(mode, name, await againstBound(engine, c));
      expect(ratio, at).toBeLessThanOrEqual(1);
    });
    it.each(byName(MODELS))('%s: within 8 times the deviation of emulated float32', async (name, c) => {
      const { ratio, at } = shown(mode, name, await againstRounding(engine, c));
      expect(ratio, at).toBeLessThanOrEqual(1);
    });
    it('a plan says how many kernels it is made of and how long they took to compile', async () => {
      const program: Program = (o, { x }) => ({ y: o.softmax(x) });
      const plan = right(await engine.compile(program, { x: [3, 4] })());
      const { steps, kernels, bytes, compileMilliseconds, describe: said, dispose } = plan;
      dispose();
      expect([steps, kernels, bytes > 0, compileMilliseconds > 0]).toEqual([4, 4, true, true]);
      const ahead = mode === 'webgpu' || mode === 'webasm';
      expect(said).toContain(
        `4 steps of 4 kernels compiled in ${ahead ? `${(compileMilliseconds / 1000).toFixed(2)} s` : 'the first run'}`,
      );
    });
    it('a result off by one part in 100,000 is seen', async () => {
      const linear = CASES.filter(({ name }) => name === 'linear')[0];
      const deit = MODELS.filter(({ name }) => name === 'DeiT')[0];
      expect((await againstBound(engine, linear, slightlyOff(linear.program))).ratio).toBeGreaterThan(1);
      expect((await againstRounding(engine, deit, slightlyOff(deit.program))).ratio).toBeGreaterThan(1);
    });
    it('a gradient off by one part in 10,000 is seen in what a training step leaves', async () => {
      const spoilt: Spoil = (o, gradient, name) => (name === 'blocks.0.attn.qkv.weight' ? o.scale(1.0001, gradient) : gradient);
      expect((await againstRounding(engine, training(), training(spoilt).program)).ratio).toBeGreaterThan(1);
    });
  },
);
