import { afterAll, describe, expect, it } from 'vitest';
import { deitConfig } from '../../../src/core/model/deit/config.ts';
import { LAMBDA } from '../../../src/core/oracle/verdict/statistics.ts';
import { simdEngine } from '../../../src/simd/index.ts';
import { expectSection } from '../../support/document.ts';
import { right } from '../../support/right.ts';
import { falseAlarms, NONE, profiles, type Spread, spreadOf } from './calibration.ts';
import { SMALL, WEIGHTS } from './trained-like.ts';

const simd = right(await simdEngine({ dtype: 'F32', threads: 1 })());
afterAll(() => simd.dispose());
const all = profiles(simd);
const rows = all.flatMap((profile) => WEIGHTS.map((weights) => ({ name: profile.name, profile, weights })));

describe('λ and σ are where they were calibrated', () => {
  const little = deitConfig({ dim: 48, depth: 3, heads: 3, patch: 4, image: [16, 24], classes: 20, distilled: true });
  it.each(rows)('$name, $weights weights: no honest number is beyond half of λ, and σ is not idle', async ({ profile, weights }) => {
    const { numbers, squares, largest } = await spreadOf(profile, little, weights, 101, { samples: 16 });
    expect(Math.max(...largest)).toBeLessThan(LAMBDA / 2);
    expect(Math.sqrt(squares / numbers)).toBeGreaterThan(0.05);
  });
});

/** What so few runs can say of what never happened. */
const rate = (p: number): string => (p < 1e-9 ? 'below 1e-9' : p.toExponential(0));
/** How many models of each kind of weights the long calibration draws: CALIBRATE=5 is that of docs/second-tier.md. */
const SEEDS = Number(process.env.CALIBRATE ?? 0);
describe.skipIf(SEEDS === 0)('the calibration of docs/second-tier.md (CALIBRATE=5 UPDATE_DOCS=1 runs it, for a quarter of an hour)', () => {
  it('is written down', async () => {
    const lines: string[] = [];
    for (const { name, profile, weights } of rows) {
      let spread: Spread = NONE;
      // Every fifth model is as deep as DeiT is.
      for (let seed = 1; seed <= SEEDS; seed++)
        spread = await spreadOf(profile, seed % 5 === 0 ? { ...SMALL, depth: 12 } : SMALL, weights, seed, {}, spread);
      const { numbers, squares, largest } = spread;
      const most = Math.max(...largest);
      expect(most).toBeLessThan(LAMBDA / 2);
      const cells = [
        name,
        weights,
        largest.length,
        numbers,
        Math.sqrt(squares / numbers).toFixed(2),
        most.toFixed(2),
        rate(falseAlarms(largest, LAMBDA)),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
      console.log(lines.at(-1));
    }
    const head =
      '| precision | weights | runs | numbers | rms z | largest z | false alarms a run, by Gumbel |\n| --- | --- | --- | --- | --- | --- | --- |';
    expectSection('docs/second-tier.md', 'calibration', [head, ...lines].join('\n'));
  }, 3_600_000);
});
