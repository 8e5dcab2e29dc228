import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { zeros } from '../../src/core/tensor/tensor.ts';
import { saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { right } from '../support/right.ts';
import { listening } from '../support/terminal.ts';

const calls = vi.hoisted(() => ({ ofTheModel: 0 }));
vi.mock('../../src/core/model/deit/deit.ts', async (original) => {
  const module = await original<typeof import('../../src/core/model/deit/deit.ts')>();
  const deit: typeof module.deit = (o, c) => {
    calls.ofTheModel++;
    return module.deit(o, c);
  };
  return { ...module, deit };
});
beforeEach(() => {
  calls.ofTheModel = 0;
});

const folder = mkdtempSync(join(tmpdir(), 'deit-pass-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const cat = fileURLToPath(new URL('../../data/chelsea.png', import.meta.url));
const config = at('config.json');
writeFileSync(config, JSON.stringify({ dim: 24, depth: 2, heads: 2, patch: 16, image: [64, 64], classes: 4, distilled: true }));

const deit = async (...words: readonly string[]) => {
  const done: number[] = [];
  const terminal = { ...listening(), progress: (_: string, share: number) => done.push(share) };
  return { exit: await run([...words, '--config', config], terminal), noted: terminal.noted.at(-1), done };
};

describe('the model function is called at most twice before an engine computes', () => {
  it.each([
    ['predict', cat],
    ['predict', cat, '--engine', 'reference', '--attention', at('attention.png')],
    ['forward', '--input', cat, '--out', at('logits.safetensors')],
    ['forward', '--engine', 'simd', '--input', cat, '--taps', 'all', '--out', at('all.safetensors')],
  ])('deit %s %s %s %s %s', async (...words) => {
    expect((await deit(...words)).exit).toBe(0);
    expect(calls.ofTheModel).toBeGreaterThanOrEqual(1);
    expect(calls.ofTheModel).toBeLessThanOrEqual(2);
  });
});

describe('progress', () => {
  it.each(['reference', 'simd'])('of one pass on %s never falls and stays within 0 and 1', async (engine) => {
    const { done } = await deit('forward', '--engine', engine, '--input', cat, '--out', at('o.safetensors'));
    expect(done.length).toBeGreaterThan(0);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect([done[0], done.every((share) => share <= 1)]).toEqual([0, true]);
  });

  it('on the reference, which computes as it goes, passes every tag', async () => {
    const { done } = await deit('forward', '--input', cat, '--out', at('o.safetensors'));
    expect(done.length).toBeGreaterThan(2 * 10);
    expect(done.at(-1)).toBe(1);
  });
});

describe('what does not fit is refused before an engine is made', () => {
  it.each([
    ['an image of other sides', [2, 3, 32, 48], 'image (2, 3, 32, 48) is not (B, 3, 64, 64)'],
    ['an image without a batch', [3, 64, 64], 'image (3, 64, 64) is not (B, 3, 64, 64)'],
  ])('%s', async (_, shape, sentence) => {
    right(await saveWeights(at('image.safetensors'), { image: zeros(shape) })());
    const { exit, noted } = await deit(
      'forward',
      '--engine',
      'gpu',
      '--mode',
      'webgl2',
      '--input',
      at('image.safetensors'),
      '--out',
      at('o'),
    );
    expect([exit, noted]).toEqual([3, `deit: ${sentence}`]);
  });
});
