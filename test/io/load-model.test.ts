import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams } from '../../src/core/model/deit/params.ts';
import { memorySource } from '../../src/io/bytes/byte-source.ts';
import { loadModel } from '../../src/io/checkpoint/load-model.ts';
import { readModel } from '../../src/io/checkpoint/read-model.ts';
import { type SaveOptions, saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { toHuggingFace, type Weights } from '../../src/io/naming/rename.ts';
import { right } from '../support/right.ts';
import { messageOf } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-load-model-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'model.safetensors');
const saved = async (weights: Weights, options: SaveOptions = {}): Promise<void> => {
  right(await saveWeights(file, weights, { dtype: 'F64', ...options })());
};

const config = deitConfig({ image: [32, 32], patch: 8, dim: 64, depth: 2, heads: 4, classes: 5, distilled: true });
const params = seededParams(1, config);
const timm: Weights = namedParams(params);
const { heads, eps, image } = config;
const known = { heads, eps, image };

describe('a model comes out of a file as it went in', () => {
  it.each([
    ["timm's names", timm],
    ["Hugging Face's names", right(toHuggingFace(timm))],
  ])('under %s, from the disk and from memory', async (_, weights) => {
    await saved(weights, { config });
    const model = right(await loadModel(file)());
    expect(model).toEqual({ config, params, known, remarks: [] });
    expect(right(await readModel(memorySource(readFileSync(file)))())).toEqual(model);
  });

  it('with what no tensor shows as the caller says it, and the rest unknown and remarked', async () => {
    await saved(timm);
    expect(right(await loadModel(file, { config })())).toEqual({ config, params, known, remarks: [] });
    const inferred = right(await loadModel(file)());
    expect([inferred.config, inferred.known]).toEqual([{ ...config, heads: 1 }, {}]);
    expect(inferred.remarks).toEqual([
      'heads 1 inferred from width 64, 64 channels a head; image 32×32 inferred from 16 patches in a square; give --config if it has others',
    ]);
  });

  it('as the caller says it where the file says otherwise, which is remarked', async () => {
    await saved(timm, { config: { heads: 2 } });
    const { config: own, remarks } = right(await loadModel(file, { config })());
    expect([own, remarks]).toEqual([config, [expect.stringContaining('its metadata says deit.heads 2')]]);
  });
});

describe('a distilled model without its distillation head', () => {
  const { head_dist: _, ...headless } = params;

  it('is refused, and read where it may be so', async () => {
    await saved(namedParams(headless), { config });
    expect(messageOf(await loadModel(file)())).toMatch(
      /^weights: .*2 missing: "head_dist.weight" \(5, 64\), .*use a checkpoint with both heads/,
    );
    expect(right(await loadModel(file, { headless: true })())).toEqual({ config, params: headless, known, remarks: [] });
  });
});

describe('what cannot be loaded is a Left', () => {
  it.each([
    ['no such file', () => loadModel(join(folder, 'none')), /^file: cannot open .*none": there is no such file/],
    [
      'a configuration that is invalid',
      () => loadModel(file, { config: { ...config, heads: 5 } }),
      /^config: dim 64 is not a multiple of heads 5$/,
    ],
    [
      'a configuration of another model',
      () => loadModel(file, { config: { ...config, classes: 6 } }),
      /^weights: .*4 of another shape: "head.weight" is \(5, 64\), not/,
    ],
    [
      'the weights of something else',
      () => loadModel('test/io/fixtures/net.pth', { entry: 'net' }),
      /^weights: .* for a DeiT: "fc1.weight"/,
    ],
    [
      'sizes of no DeiT',
      () => loadModel(file),
      /^weights: .*dim 64 is not a multiple of heads 3 \(its metadata says deit.heads 3; give --config/,
    ],
  ])('%s', async (_, load, message) => {
    await saved(timm, { config: { heads: 3 } });
    expect(messageOf(await load()())).toMatch(message);
  });
});
