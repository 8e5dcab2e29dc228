import { describe, expect, it } from 'vitest';
import { FLOAT32 } from '../../../src/core/engine/arithmetic.ts';
import { taps, trace, untraced } from '../../../src/core/interpret/trace.ts';
import type { Program } from '../../../src/core/language/ops.ts';
import { deitConfig } from '../../../src/core/model/deit/config.ts';
import { forwardProgram } from '../../../src/core/model/deit/program.ts';
import { sigmaOfSteps } from '../../../src/core/oracle/sigma/sigma-of.ts';
import { judgeBoth } from '../../../src/core/oracle/verdict/second-tier.ts';
import { judgeStatistically, LAMBDA, type Statistics } from '../../../src/core/oracle/verdict/statistics.ts';
import { mapRecord } from '../../../src/core/params/map-record.ts';
import { type Tensor, tensor } from '../../../src/core/tensor/tensor.ts';
import { emulated, ORDERS } from './emulated.ts';
import { modelInputs } from './trained-like.ts';

const proved = { compared: 4, vague: 0, unproved: 0, failed: 0 };
const likely: Statistics = { compared: 4, beyond: 0, failed: 0, alone: 0 };
const worst = { output: 'y', index: [1, 2], got: 3, want: 2, sigma: 0.1, z: 10 };

describe('both tiers', () => {
  it.each([
    ['all within both', proved, likely, undefined, 'pass', ''],
    ['all within the second alone', { ...proved, compared: 0, unproved: 4 }, { ...likely, alone: 4 }, undefined, 'pass', 'pass (second tier)'],
    ['beyond a proved bound', { ...proved, failed: 1 }, { ...likely, beyond: 1 }, 'TF32', 'fail', ''],
    ['beyond λσ, within what is proved', proved, { ...likely, beyond: 1, worst }, undefined, 'suspect', 'within what is proved, but beyond 8σ (y(1, 2) is 3, 10.0σ from 2)'],
    ['the same, declared', proved, { ...likely, beyond: 1, worst }, 'TF32', 'acceptable', 'acceptable (TF32)'],
    ['beyond λσ, where nothing is proved, whatever is declared', proved, { ...likely, failed: 1, worst }, 'TF32', 'fail', 'beyond 8σ, calibrated, not proved: y(1, 2) is 3, 10.0σ from 2'],
    ['nothing', { ...proved, compared: 0 }, { ...likely, compared: 0 }, undefined, 'none', ''],
  ] as const)('%s', (_, first, second, explained, verdict, says) => {
    expect(judgeBoth(first, second, explained)).toEqual({ verdict, says });
  }); // biome-ignore format: a table

  it('a bound as large as the largest number of its output says nothing, one of 0 does', () => {
    const y = tensor([2], [1, 0.5]);
    const want = { y: { value: y, sigma: tensor([2], [0.01, 0.01]) } };
    const bounds = (error: number) => ({ y: { shape: y.shape, value: y, error: tensor([2], [error, error]) } });
    const off = { y: tensor([2], [1, 0.6]) };
    expect(judgeStatistically(off, want, bounds(0.9))).toMatchObject({ beyond: 1, failed: 0, alone: 0 });
    expect(judgeStatistically(off, want, bounds(1))).toMatchObject({ beyond: 0, failed: 1, alone: 2 });
    expect(judgeStatistically(off, want, bounds(0))).toMatchObject({ beyond: 1, failed: 0, alone: 0 });
    expect(judgeStatistically(off, want)).toMatchObject({ failed: 1, alone: 2, worst: { index: [1] } });
  });
});

describe('step by step, from what somebody has', () => {
  const c = deitConfig({ dim: 48, depth: 2, heads: 3, patch: 4, image: [16, 24], classes: 20, distilled: true });
  const inputs = modelInputs(c, 'trained-like', 5);
  const tapped = (o: Parameters<Program>[0]): Readonly<Record<string, Tensor>> => {
    const outputs = forwardProgram(c)(trace(o as never), mapRecord(untraced as never, inputs) as never) as Readonly<Record<string, never>>;
    return {
      ...(taps(Object.values(outputs)) as unknown as Readonly<Record<string, Tensor>>),
      ...mapRecord((t: { value: Tensor }) => t.value, outputs),
    };
  };
  const judged = (got: Readonly<Record<string, Tensor>>) => judgeStatistically(got, sigmaOfSteps(FLOAT32, forwardProgram(c), inputs, got));
  it('float32 passes', () => {
    const { failed, worst: most, compared } = judged(tapped(emulated({ order: ORDERS.forwards }) as never));
    expect(failed).toBe(0);
    expect(most?.z).toBeLessThan(LAMBDA / 2);
    expect(compared).toBeGreaterThan(10_000);
  });
  it('TF32 products passed off as float32 do not, and the first step that is beyond is the first product', () => {
    const got = tapped(emulated({ order: ORDERS.forwards, products: 'TF32' }) as never);
    const steps = sigmaOfSteps(FLOAT32, forwardProgram(c), inputs, got);
    const beyond = Object.keys(steps).filter((name) => judgeStatistically({ [name]: got[name] }, { [name]: steps[name] }).failed > 0);
    expect(beyond[0]).toBe('patch_tokens');
    expect(beyond).toContain('blocks.1.mlp_fc1');
    expect(beyond).not.toContain('blocks.1.norm1');
  });
});
