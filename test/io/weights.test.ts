import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import { tensor } from '../../src/core/tensor/tensor.ts';
import { memorySource } from '../../src/io/bytes/byte-source.ts';
import { fromTensor } from '../../src/io/bytes/raw-tensor.ts';
import { readWeights } from '../../src/io/checkpoint/read-checkpoint.ts';
import { loadWeights, saveWeights } from '../../src/io/checkpoint/weights-file.ts';
import { decode, encode } from '../../src/io/safetensors/codec.ts';
import { right } from '../support/right.ts';
import { messageOf } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
/** `{'w': tensor}` of so many bytes, as torch pickles it. */
const pickleOf = (bytes: number): Uint8Array => {
  const text = (s: string): string => `X${String.fromCharCode(s.length)}\0\0\0${s}`;
  const int = (n: number): string => `J${String.fromCharCode(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24)}`;
  const storage = `(${text('storage')}ctorch\nByteStorage\n${text('0')}${text('cpu')}${int(bytes)}tQ`;
  const pickle = `\x80\x02}${text('w')}ctorch._utils\n_rebuild_tensor_v2\n(${storage}${int(0)}${int(bytes)}\x85${int(1)}\x85\x89}tRs.`;
  return Uint8Array.from(pickle, (c) => c.charCodeAt(0));
};
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

test('a safetensors file is one whatever its length starts with: a pickle starts with 0x80, an archive with PK', async () => {
  const text = new TextEncoder().encode('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
  const lengths = Array.from({ length: 256 }, (_, i) => 256 + i);
  for (const length of [...lengths, 0x34b50, 0x54b50]) {
    const file = new Uint8Array(8 + length + 4).fill(32);
    file.set(new Uint8Array(BigUint64Array.of(BigInt(length)).buffer));
    file.set(text, 8);
    file.set(new Uint8Array(Float32Array.of(1.5).buffer), 8 + length);
    expect([length, right(await readWeights(memorySource(file))()).w?.data[0]]).toEqual([length, 1.5]);
    expect(messageOf(await readWeights(memorySource(file.subarray(0, 100)))())).toMatch(/^safetensors: .* it is cut off$/);
  }
  for (let length = 0; length < 256; length += 8) {
    const file = right(encode({ w: fromTensor(tensor([1], [1.5]), 'F32') }, { pad: 'x'.repeat(length) }));
    expect([length, right(await readWeights(memorySource(file))()).w?.data[0]]).toEqual([length, 1.5]);
  }
});

test('an entry is for checkpoints, and one that has none is told which there are', async () => {
  expect(Object.keys(right(await loadWeights(fixture('net.pth'), { entry: 'net' })()))).toContain('fc1.weight');
  expect(await message(fixture('net.pth'))).toBe(
    'torch checkpoint: it is not a state dict: "net" is a dictionary of 4; give the entry that does hold one: "net"',
  );
  expect(await message(fixture('dtypes.safetensors'), 'model')).toContain('holds one set of tensors and no entry "model"');
});

test('numbers that float64 cannot hold, and archives packed tightly, are named as they are', async () => {
  const file = right(encode({ ids: { dtype: 'U64', shape: [2], bytes: new Uint8Array(BigUint64Array.of(1n, 2n ** 60n).buffer) } }));
  expect(messageOf(await readWeights(memorySource(file))())).toContain('tensor "ids" of U64 (2): element 1 is an integer beyond 2^53');
  const zeros = { 'checkpoint/data.pkl': pickleOf(16 * 2 ** 20), 'checkpoint/data/0': new Uint8Array(16 * 2 ** 20) };
  expect(messageOf(await readWeights(memorySource(zipSync(zeros)))())).toMatch(
    /^weights: the tensors take 134217728 bytes as float64, over the limit of \d+ for a file of \d+; save a clone of each, uncompressed$/,
  );
});

test('NaN and infinity are named with their place', async () => {
  expect(await message(fixture('nan.pth'))).toBe('tensor: "b" holds NaN at flat index 1; only finite numbers can be computed with');
  const big = { w: tensor([2, 2], [1, 2, 1e39, 4]) };
  expect(messageOf(await saveWeights(at('big.safetensors'), big)())).toBe(
    'tensor: "w" holds 1e+39 at flat index 2, too large for F32; write it as F64',
  );
  const unsaved = { w: tensor([1], [Number.NEGATIVE_INFINITY]) };
  expect(messageOf(await saveWeights(at('big.safetensors'), unsaved, { dtype: 'F16' })())).toContain(
    'holds -Infinity at flat index 0; only finite',
  );
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
  for (const name of ['legacy.pth', 'legacy4.pth']) expect(await message(fixture(name))).toContain('before 1.6');
  expect(await message(fixture('malicious.pth'))).toContain('"posix.system"');
  expect(existsSync(at('nowhere'))).toBe(false);
});
