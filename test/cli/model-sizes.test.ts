import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { generate } from '../../src/core/tensor/tensor.ts';
import { loadWeights, saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { right } from '../support/right.ts';
import { listening } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

describe('deit forward', () => {
  it.each([
    ['a hidden layer that is not four times as wide', { hidden: 20 }, 3],
    ['one channel', { channels: 1 }, 1],
  ])('runs a configuration with %s', async (_what, sizes, channels) => {
    writeFileSync(path('config.json'), JSON.stringify({ dim: 12, depth: 2, heads: 3, image: [32, 32], classes: 5, ...sizes }));
    await saveWeights(path('input.safetensors'), { image: generate([1, channels, 32, 32], (i) => (i % 7) / 7) })();
    const terminal = listening();
    const words = ['--config', path('config.json'), '--input', path('input.safetensors'), '--taps', 'blocks.0.mlp_act'];
    expect([await run(['forward', ...words, '--out', path('out.safetensors')], terminal), terminal.noted.at(-1)]).toEqual([
      0,
      expect.stringContaining('written to'),
    ]);
    const out = right(await loadWeights(path('out.safetensors'))());
    expect(out.logits_eval.shape).toEqual([1, 5]);
    expect(out['blocks.0.mlp_act'].shape.at(-1)).toBe('hidden' in sizes ? 20 : 48);
  });
});
