import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { type DeitConfig, deitConfig } from '../../src/core/model/deit/config.ts';
import type { Unshown } from '../../src/core/model/deit/infer-config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams } from '../../src/core/model/deit/params.ts';
import { ZOO } from '../../src/core/model/zoo.ts';
import { saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { decode } from '../../src/io/safetensors/codec.ts';
import { right } from '../support/right.ts';
import { listening } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-identify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const cat = fileURLToPath(new URL('../../data/chelsea.png', import.meta.url));

const deit = async (...words: readonly string[]) => {
  const terminal = listening();
  const exit = await run(words, terminal);
  return { exit, said: terminal.said.join('\n'), noted: terminal.noted.join('\n') };
};
const saved = async (name: string, c: DeitConfig, config: Partial<Unshown> = {}): Promise<void> => {
  right(await saveWeights(at(name), namedParams(seededParams(1, c)), { config })());
};
const metadata = (name: string) => ({ ...right(decode(new Uint8Array(readFileSync(at(name))))).metadata });

const four = deitConfig({ image: [32, 32], patch: 8, dim: 64, depth: 2, heads: 4, classes: 5, distilled: true });
const FOUR = { format: 'pt', 'deit.heads': '4', 'deit.eps': '0.000001', 'deit.image': '32x32' };
const INFERRED =
  'heads 1 inferred from width 64, 64 channels a head; image 32×32 inferred from 16 patches in a square; give --config if it has others';
beforeAll(async () => {
  const { image, patch, dim, depth, heads, classes, distilled } = four;
  writeFileSync(at('four.json'), JSON.stringify({ image, patch, dim, depth, heads, classes, distilled }));
  await saved('bare.safetensors', four);
});
const predicted = async (...words: readonly string[]): Promise<string> => (await deit('predict', cat, '--json', ...words)).said;

describe('heads, eps and the sides of an image, which no tensor shows', () => {
  it('are inferred aloud', async () => {
    for (const words of [
      ['predict', cat, '--weights', at('bare.safetensors')],
      ['forward', '--input', cat, '--out', at('taps.safetensors'), '--weights', at('bare.safetensors')],
      ['convert', at('bare.safetensors'), at('bare.onnx'), '--to', 'onnx'],
      ['convert', at('bare.safetensors'), at('inferred.safetensors'), '--to', 'hf'],
    ]) {
      const { exit, noted } = await deit(...words);
      expect([exit, noted]).toEqual([0, expect.stringContaining(`${at('bare.safetensors')}: ${INFERRED}`)]);
    }
    // And what is inferred is not written down as if it were known.
    expect(metadata('inferred.safetensors')).toEqual({ format: 'pt' });
  });

  it.each(['timm', 'hf'])('stay with the file once a configuration was given: --to %s', async (to) => {
    const [first, second] = [`${to}.safetensors`, `${to}.2.safetensors`];
    await deit('convert', at('bare.safetensors'), at(first), '--to', to, '--config', at('four.json'));
    expect(metadata(first)).toEqual(FOUR);
    const again = await deit('convert', at(first), at(second), '--to', to === 'hf' ? 'timm' : 'hf');
    expect([again.exit, again.noted]).toEqual([0, expect.stringMatching(/^written to .*$/)]);
    expect(metadata(second)).toEqual(FOUR);
    const want = await predicted('--weights', at('bare.safetensors'), '--config', at('four.json'));
    for (const name of [first, second]) expect(await predicted('--weights', at(name))).toBe(want);
    expect(await predicted('--weights', at('bare.safetensors'))).not.toBe(want);
  });

  it('are those of a published model without a word', async () => {
    await saved('tiny.safetensors', { ...ZOO.deit_tiny_patch16_224, classes: 2 });
    const { exit, noted } = await deit('predict', cat, '--weights', at('tiny.safetensors'));
    expect([exit, noted]).toEqual([0, '']);
  });

  it('of another image are written by convert --image', async () => {
    const wide = ['convert', at('bare.safetensors'), at('wide.safetensors'), '--to', 'timm', '--image', '16x64'];
    await deit(...wide, '--config', at('four.json'));
    expect(metadata('wide.safetensors')).toEqual({ ...FOUR, 'deit.image': '16x64' });
    // 2 × 8 patches are as many as 4 × 4: without the metadata they would be taken for a square.
    expect((await deit('predict', cat, '--weights', at('wide.safetensors'))).noted).toContain('the model takes 16×64 images');
    await deit(...wide);
    expect(metadata('wide.safetensors')).toEqual({ format: 'pt', 'deit.image': '16x64' });
  });

  it('that a named model has otherwise than the file are not heeded, aloud', async () => {
    await saved('two.safetensors', four, { heads: 2, eps: 1e-6 });
    const { exit, noted } = await deit('convert', at('two.safetensors'), at('o'), '--to', 'timm', '--config', at('four.json'));
    expect([exit, noted]).toEqual([0, expect.stringContaining('its metadata says deit.heads 2, and is not heeded: a model was named')]);
    expect(metadata('o')).toEqual(FOUR);
  });

  it('that are invalid, or do not fit, are refused', async () => {
    const convert = async (metadata: Readonly<Record<string, string>>): Promise<string> => {
      right(await saveWeights(at('odd.safetensors'), namedParams(seededParams(1, four)), { metadata })());
      const { exit, noted } = await deit('convert', at('odd.safetensors'), at('o'), '--to', 'timm');
      return `${exit} ${noted}`;
    };
    expect(await convert({ 'deit.heads': 'four' })).toMatch(
      /^3 .*says deit.heads "four", which is not a whole number above 0; give the model with --config$/,
    );
    expect(await convert({ 'deit.heads': '3' })).toMatch(
      /dim 64 is not a multiple of heads 3 \(its metadata says deit.heads 3; give --config where/,
    );
    expect(await convert({ 'deit.image': '32x64' })).toMatch(
      /an image 32×64 makes 32 patches of side 8, and the position embedding has 16 \(its/,
    );
    const given = await deit('convert', at('odd.safetensors'), at('o'), '--to', 'timm', '--config', at('four.json'));
    expect(given.exit).toBe(0);
  });
});
