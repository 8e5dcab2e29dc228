import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor.ts';
import { decode } from '../../src/io/safetensors.ts';
import { loadWeights, saveWeights } from '../../src/io/weights.ts';
import { messageOf, right } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const at = (name: string): string => join(folder, name);
const message = async (path: string, entry?: string): Promise<string> =>
  messageOf(await loadWeights(path, entry === undefined ? {} : { entry })());

test('content decides, not the name of the file', async () => {
  copyFileSync(fixture('checkpoint.pth'), at('pytorch.safetensors'));
  copyFileSync(fixture('dtypes.safetensors'), at('safe.pth'));
  expect(Object.keys(right(await loadWeights(at('pytorch.safetensors'))()))).toEqual([
    'fc1.weight',
    'fc1.bias',
    'norm.weight',
    'norm.bias',
  ]);
  expect(right(await loadWeights(at('safe.pth'))()).bf16?.data[1]).toBe(-0.875);
  expect(right(await loadWeights(fixture('checkpoint.pth'), { entry: 'model_ema' })())['fc1.bias']?.data[0]).toBe(-2);
});

test('NaN and infinity are named with their place', async () => {
  expect(await message(fixture('nan.pth'))).toBe('weights: tensor "b" holds NaN at flat index 1; these weights cannot be used');
  const big = { w: tensor([2, 2], [1, 2, 1e39, 4]) };
  expect(messageOf(await saveWeights(at('big.safetensors'), big)())).toContain('tensor "w" holds Infinity at flat index 2');
  expect(readdirSync(folder).filter((name) => name.startsWith('big'))).toEqual([]);
  right(await saveWeights(at('big.safetensors'), big, { dtype: 'F64' })());
  expect(right(await loadWeights(at('big.safetensors'))()).w?.data[2]).toBe(1e39);
});

test('weights are saved as F32 unless asked otherwise, and read back as rounded', async () => {
  const weights = { w: tensor([2], [1 / 3, -0]), __proto__x: tensor([], [2]) };
  for (const [dtype, third] of [
    ['F64', 1 / 3],
    ['F32', Math.fround(1 / 3)],
    ['F16', 1365 / 4096],
    ['BF16', 171 / 512],
  ] as const) {
    right(await saveWeights(at('w.safetensors'), weights, { dtype })());
    const file = right(decode(new Uint8Array(readFileSync(at('w.safetensors')))));
    expect([file.tensors.w?.dtype, { ...file.metadata }]).toEqual([dtype, { format: 'pt' }]);
    expect(Array.from(right(await loadWeights(at('w.safetensors'))()).w?.data ?? [])).toEqual([third, -0]);
  }
  right(await saveWeights(at('plain.safetensors'), weights)());
  expect(right(decode(new Uint8Array(readFileSync(at('plain.safetensors'))))).tensors.w?.dtype).toBe('F32');
});

test('a file is written through a link; a folder is left alone', async () => {
  const weights = { w: tensor([1], [1]) };
  writeFileSync(at('real.safetensors'), 'old');
  symlinkSync(at('real.safetensors'), at('link.safetensors'));
  right(await saveWeights(at('link.safetensors'), weights)());
  expect(lstatSync(at('link.safetensors')).isSymbolicLink()).toBe(true);
  expect(Object.keys(right(await loadWeights(at('real.safetensors'))()))).toEqual(['w']);
  expect(messageOf(await saveWeights(folder, weights)())).toContain('it is a folder; name a file');
});

test.skipIf(process.platform === 'win32')('a pipe is left alone (Windows has none)', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  expect(messageOf(await saveWeights(at('pipe'), { w: tensor([1], [1]) })())).toContain('it is not an ordinary file; name another');
  expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
});

test('files that are no weights say what they are', async () => {
  writeFileSync(at('empty'), '');
  writeFileSync(at('lfs'), 'version https://git-lfs.github.com/spec/v1\n');
  writeFileSync(at('page'), '<!DOCTYPE html><html>');
  expect(await message(at('empty'))).toContain('it is empty');
  expect(await message(at('lfs'))).toContain('a Git LFS pointer');
  expect(await message(at('page'))).toContain('it starts with "<!DOCTYPE html><html>"');
  expect(await message(at('nowhere'))).toContain('no such file or folder');
  expect(await message(folder)).toContain('not an ordinary file');
  expect(await message(fixture('legacy.pth'))).toContain('before 1.6');
  expect(await message(fixture('malicious.pth'))).toContain('"posix.system"');
  expect(existsSync(at('nowhere'))).toBe(false);
});
