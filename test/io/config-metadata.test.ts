import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, expect, test } from 'vitest';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { inferConfig, type Unshown } from '../../src/core/model/deit/infer-config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { namedParams, paramShapes } from '../../src/core/model/deit/params.ts';
import { ZOO } from '../../src/core/model/zoo.ts';
import { configMetadata, metadataConfig } from '../../src/io/checkpoint/config-metadata.ts';
import { loadCheckpoint, saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { timmShapes } from '../../src/io/naming/rename.ts';
import { decode } from '../../src/io/safetensors/codec.ts';
import { right } from '../support/right.ts';
import { messageOf } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'metadata-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'w.safetensors');

const config = deitConfig({ image: [16, 64], dim: 24, depth: 2, heads: 4, classes: 5, eps: 1e-12, distilled: true });

test('what no tensor shows comes back from a file, as texts beside the format that other readers ask for', async () => {
  right(await saveWeights(file, namedParams(seededParams(1, config)), { config })());
  expect({ ...right(decode(new Uint8Array(readFileSync(file)))).metadata }).toEqual({
    format: 'pt',
    'deit.heads': '4',
    'deit.eps': '1e-12',
    'deit.image': '16x64',
  });
  const { weights, metadata } = right(await loadCheckpoint(file)());
  expect(inferConfig(right(timmShapes(weights)), right(metadataConfig(metadata)))).toEqual(E.right(config));
});

test.each([ZOO.deit_tiny_patch16_224, config, { heads: 3 }, { eps: 2 ** -1074 }, {}])('%j is read as it was written', (c) => {
  const { heads, eps, image } = c as Partial<Unshown>;
  const known = Object.fromEntries(Object.entries({ heads, eps, image }).filter(([, value]) => value !== undefined));
  expect(right(metadataConfig({ format: 'pt', ...configMetadata(known) }))).toEqual(known);
});

test.each([
  ['heads', ['four', '', '0', '-1', '1.5', '0x4', '1e3', ' 4', '99999999999999999999'], 'a whole number above 0'],
  ['eps', ['', '0', '-1e-6', 'NaN', 'Infinity', '1e999', '1e-999', '1e-6;'], 'a number above 0'],
  ['image', ['224', '224x', '224x224x3', '0x16', '16 x 16', 'a.png'], 'a height and a width, as 224x384'],
])('%s that are none are refused', (field, texts, is) => {
  for (const text of texts)
    expect(messageOf(metadataConfig({ [`deit.${field}`]: text }))).toBe(
      `safetensors: __metadata__ says deit.${field} ${JSON.stringify(text)}, which is not ${is}; give the model with --config`,
    );
});

test('what others call heads or image is none of ours', () => {
  expect(right(metadataConfig({ heads: 'four', image: 'a cat', eps: '1E-6' }))).toEqual({});
});

test('what could not be read back is not written', async () => {
  const other = join(folder, 'other.safetensors');
  expect(messageOf(await saveWeights(other, {}, { config: { heads: Number.NaN } })())).toContain('says deit.heads "NaN"');
  expect(readdirSync(folder)).not.toContain('other.safetensors');
});

test('the shapes and what is known must agree', () => {
  const shapes = paramShapes(config);
  const said = (known: Partial<Unshown>): string => E.match(String, () => 'agreed')(inferConfig(shapes, known));
  expect(said({ heads: 4, image: [16, 64] })).toBe('agreed');
  expect(said({ heads: 5 })).toBe('no DeiT has such shapes: dim 24 is not a multiple of heads 5');
  expect(said({ heads: 4, image: [48, 32] })).toBe('an image 48×32 makes 6 patches of side 16, and the position embedding has 4');
  expect(said({})).toContain('so the number of heads cannot be told');
  const { pos_embed: _, ...without } = shapes;
  expect(inferConfig(without, { heads: 4, image: [48, 32], eps: 1e-12 })).toEqual(E.right({ ...config, image: [48, 32] }));
});
