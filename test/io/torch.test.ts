import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../src/io/bytes/byte-source.ts';
import { typedArray } from '../../src/io/bytes/raw-tensor.ts';
import { openTorch, type PickleValue, stateDict, type TorchReader } from '../../src/io/torch/open.ts';
import { isDictionary, isList, isTagged } from '../../src/io/torch/pickle-value.ts';
import { unpickle } from '../../src/io/torch/unpickle.ts';
import { right } from '../support/right.ts';
import { messageOf } from './support.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const open = async (name: string): Promise<TorchReader> => right(await openTorch(memorySource(fixture(name)))());
const refusal = async (bytes: Uint8Array): Promise<string> => messageOf(await openTorch(memorySource(bytes))());

const ramp = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i / 8 - 1);
const numbers = async (reader: TorchReader, name: string, wanted?: string): Promise<readonly [readonly number[], readonly number[]]> => {
  const ref = right(stateDict(reader.root, wanted)).get(name);
  if (ref === undefined) throw new Error(`no ${name}`);
  const { shape, data } = right(await reader.tensor(ref)());
  const raw = Array.from(right(typedArray(right(await reader.raw(ref)()))), Number);
  expect(raw.length).toBe(data.length);
  if (!['F16', 'BF16', 'F8_E4M3', 'F8_E5M2'].includes(ref.dtype)) expect(raw).toEqual(Array.from(data));
  return [shape, Array.from(data)];
};

describe('files that torch wrote', () => {
  test.each(['dtypes.pth', 'protocol4.pth'])('%s: every type widens exactly, protocols 2 and 4', async (name) => {
    const reader = await open(name);
    for (const float of ['f64', 'f32', 'f16', 'bf16']) expect(await numbers(reader, float)).toEqual([[2, 3], ramp(6)]);
    for (const integer of ['i64', 'i32', 'i16', 'i8', 'u8'])
      expect(await numbers(reader, integer)).toEqual([
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ]);
    expect(await numbers(reader, 'bool')).toEqual([[3], [1, 0, 1]]);
    expect(await numbers(reader, 'scalar')).toEqual([[], [2.5]]);
    expect(await numbers(reader, 'empty')).toEqual([[0, 3], []]);
  });

  test('unsigned and 8-bit types, which torch keeps in untyped storages', async () => {
    const reader = await open('newer_dtypes.pth');
    for (const integer of ['u16', 'u32', 'u64']) expect(await numbers(reader, integer)).toEqual([[4], [0, 1, 2, 3]]);
    for (const float of ['f8_e4m3', 'f8_e5m2']) expect(await numbers(reader, float)).toEqual([[4], ramp(4)]);
  });

  test('views are laid out row by row: transposed, offset, with steps, repeated, permuted', async () => {
    const reader = await open('views.pth');
    const at = (...indices: number[]): readonly number[] => indices.map((i) => i / 8 - 1);
    expect(await numbers(reader, 'whole')).toEqual([[4, 4], ramp(16)]);
    expect(await numbers(reader, 'transposed')).toEqual([[4, 4], at(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)]);
    expect(await numbers(reader, 'slice')).toEqual([[2, 3], at(5, 6, 7, 9, 10, 11)]);
    expect(await numbers(reader, 'every_second')).toEqual([[8], at(1, 3, 5, 7, 9, 11, 13, 15)]);
    expect(await numbers(reader, 'expanded')).toEqual([
      [2, 3],
      [7, 7, 7, 7, 7, 7],
    ]);
    expect(await numbers(reader, 'permuted')).toEqual([[3, 2, 1], at(0, 3, 1, 4, 2, 5)]);
    expect(await numbers(reader, 'parameter')).toEqual([[3], ramp(3)]);
    expect(await numbers(reader, 'row')).toEqual([[4], at(12, 13, 14, 15)]);
  });

  test.each(['checkpoint.pth', 'deflated.pth'])(
    '%s: a training checkpoint is data: weights, averaged weights, optimizer, arguments',
    async (name) => {
      const reader = await open(name);
      expect([...right(stateDict(reader.root)).keys()]).toEqual(['fc1.weight', 'fc1.bias', 'norm.weight', 'norm.bias']);
      expect(await numbers(reader, 'fc1.weight')).toEqual([[2, 3], ramp(6)]);
      expect(await numbers(reader, 'fc1.weight', 'model_ema')).toEqual([[2, 3], ramp(6).map((x) => 2 * x)]);
      const root = reader.root as ReadonlyMap<PickleValue, PickleValue>;
      expect(root.get('epoch')).toBe(3);
      expect(root.get('scaler')).toEqual(new Map([['scale', 65536]]));
      const args = root.get('args');
      expect(isTagged(args, 'Namespace') && Object.fromEntries(args.fields)).toEqual({
        model: 'deit_tiny_patch16_224',
        lr: 5e-4,
        epochs: 300,
        resume: '',
        clip_grad: null,
        repeated_aug: true,
        seed: 2 ** 40,
        betas: [0.9, 0.999],
      });
      const optimizer = root.get('optimizer');
      const groups = isDictionary(optimizer) ? optimizer.get('param_groups') : undefined;
      const group = isList(groups) ? groups[0] : undefined;
      expect(isDictionary(group) && [group.get('lr'), group.get('betas'), group.get('fused'), group.get('params')]).toEqual([
        0.001,
        [0.9, 0.999],
        null,
        [0, 1, 2, 3],
      ]);
      expect(messageOf(stateDict(reader.root, 'optimizer'))).toContain(
        '"optimizer" is not a state dict: "state" is a dictionary of 4; give the entry that does hold one: "model", "model_ema"',
      );
      expect(messageOf(stateDict(reader.root, 'ema'))).toContain(
        'under "ema" it holds nothing, not a dictionary; its keys are "model", "optimizer"',
      );
    },
  );
});

describe('what training scripts keep beside the weights', () => {
  test.each(['objects.pth', 'objects4.pth'])('%s: attributes are left out, harmless objects are data', async (name) => {
    const reader = await open(name);
    expect(await numbers(reader, 'parameter')).toEqual([[3], ramp(3)]);
    expect(await numbers(reader, 'tensor')).toEqual([[2], ramp(2)]);
    const root = reader.root as ReadonlyMap<PickleValue, PickleValue>;
    const args = root.get('args');
    expect(isTagged(args, 'Namespace') && Object.fromEntries(args.fields)).toEqual({
      device: { _tag: 'Opaque', name: 'torch.device', args: ['cuda', 0] },
      output_dir: { _tag: 'Opaque', name: 'pathlib.PurePosixPath', args: ['runs', '3'] },
      seen: [4],
      fixed: [5],
    });
    expect(root.get('options')).toEqual(new Map([['lr', new Map([['base', 1]])]]));
    expect(root.get('counts')).toEqual(
      new Map([
        [1, 1],
        [2, 2],
      ]),
    );
    const best = root.get('best');
    expect(isTagged(best, 'Opaque') && best.name).toBe('numpy._core.multiarray.scalar');
  });
});

describe('files that are refused', () => {
  test('a tensor that is stored negated', async () => {
    expect(await refusal(fixture('negated.pth'))).toBe(
      'torch checkpoint: a tensor is marked "neg", so it is not what is stored; save tensor.resolve_neg().resolve_conj()',
    );
  });
  test('a pickle that wants to run a command names it and runs nothing', async () => {
    expect(await refusal(fixture('malicious.pth'))).toMatch(
      /^torch checkpoint: byte \d+ of data.pkl asks for "posix.system", which only running Python code could make/,
    );
  });
  test('a whole module says to save its state dict', async () => {
    expect(await refusal(fixture('whole_module.pth'))).toContain('"torch.nn.modules.container.Sequential"');
    expect(await refusal(fixture('whole_module.pth'))).toContain('save model.state_dict() instead');
  });
  test('the format before torch 1.6 and TorchScript say how to re-save', async () => {
    expect(await refusal(fixture('legacy.pth'))).toContain(
      'format of torch before 1.6 (not a zip archive), which is not read; re-save it with torch.save(',
    );
    expect(await refusal(fixture('torchscript.pt'))).toContain('torch.jit.load(path).state_dict()');
  });
  test('other files', async () => {
    expect(await refusal(new Uint8Array(0))).toContain('a zip archive is expected');
    expect(await refusal(Uint8Array.of(0x80, 2, 0x7d, 0x2e))).toContain('bare Python pickle');
    expect(await refusal(zipSync({ 'a.npy': new Uint8Array(3) }))).toContain(
      'has no data.pkl, so torch.save did not write it; it holds "a.npy"',
    );
    expect(
      await refusal(zipSync({ 'x/data.pkl': Uint8Array.of(0x80, 2, 0x4e, 0x2e), 'x/byteorder': new TextEncoder().encode('big') })),
    ).toContain('little-endian machine');
  });
  test('every cut of an archive', async () => {
    const whole = fixture('views.pth');
    for (let length = 0; length < whole.length; length += 7) expect(await refusal(whole.subarray(0, length))).toMatch(/cut off|expected/);
  });
});

/** A checkpoint around a pickle written by hand. */
const checkpoint = (pickle: Uint8Array, files: Readonly<Record<string, Uint8Array>> = {}): Uint8Array =>
  zipSync({ 'x/data.pkl': pickle, ...Object.fromEntries(Object.entries(files).map(([k, v]) => [`x/${k}`, v])) }, { level: 0 });
const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : Array.from(part, (c) => c.charCodeAt(0)))));
const string = (s: string): string => `X${String.fromCharCode(s.length)}\0\0\0${s}`;
const int = (n: number): string => `J${[0, 8, 16, 24].map((s) => String.fromCharCode((n >>> s) & 255)).join('')}`;
const long = (n: bigint): string =>
  `\x8a\x09${Array.from({ length: 9 }, (_, i) => String.fromCharCode(Number((n >> BigInt(8 * i)) & 255n))).join('')}`;
/** `{'w': _rebuild_tensor_v2(storage of `elements` floats, offset, shape, stride, False, {})}` */
const pickled = (elements: string, offset: string, shape: readonly string[], stride: readonly string[]): Uint8Array =>
  bytes(
    '\x80\x02}',
    string('w'),
    'ctorch._utils\n_rebuild_tensor_v2\n((',
    string('storage'),
    'ctorch\nFloatStorage\n',
    string('0'),
    string('cpu'),
    elements,
    'tQ',
    offset,
    '(',
    ...shape,
    't(',
    ...stride,
    't\x89}tRs.',
  );

describe('pickles that lie', () => {
  const data = { 'data/0': new Uint8Array(16) };
  const read = async (file: Uint8Array): Promise<string> => {
    const reader = await openTorch(memorySource(file))();
    if (E.isLeft(reader)) return reader.left.message;
    const ref = right(stateDict(reader.right.root)).get('w');
    return ref === undefined ? 'no w' : messageOf(await reader.right.tensor(ref)());
  };
  test('the honest one is read', async () => {
    expect(await read(checkpoint(pickled(int(4), int(1), [int(3)], [int(1)]), data))).toBe('accepted');
  });
  test.each([
    ['a view past its storage', pickled(int(4), int(2), [int(3)], [int(1)]), 'reach element 4'],
    ['a stride past its storage', pickled(int(4), int(0), [int(2), int(2)], [int(3), int(1)]), 'reach element 4'],
    ['a negative offset', pickled(int(4), int(-1), [int(2)], [int(1)]), 'is -1, not a count'],
    ['a negative stride', pickled(int(4), int(3), [int(2)], [int(-1)]), 'is -1, not a count'],
    ['a length of 2^63', pickled(int(4), int(0), [long(2n ** 63n)], [int(0)]), 'is 9223372036854775808, not a count'],
    ['a product that overflows', pickled(int(4), int(0), [long(2n ** 40n), long(2n ** 40n)], [int(0), int(0)]), 'over 2^53 elements'],
    [
      'a view of 2^40 copies of one number',
      pickled(int(4), int(0), [long(2n ** 40n)], [int(0)]),
      'made of the 16 bytes of "x/data/0", takes 8796093022208 as float64, over the limit of',
    ],
    ['axes and strides of different number', pickled(int(4), int(0), [int(2)], []), 'has shape (2) and stride ()'],
    ['a storage that is longer than its file', pickled(int(5), int(0), [int(5)], [int(1)]), '"x/data/0" has 16 bytes, data.pkl says 20'],
    ['a storage of 2^62 elements', pickled(long(2n ** 62n), int(0), [int(5)], [int(1)]), 'not a count'],
    ['a float for a length', pickled('G\x40\0\0\0\0\0\0\0', int(0), [`G\x3f\xf8\0\0\0\0\0\0`], [int(1)]), 'is 1.5, not a count'],
  ])('%s', async (_, pickle, message) => {
    expect(await read(checkpoint(pickle, data))).toContain(message);
  });
  test('a storage that is not there', async () => {
    expect(await read(checkpoint(pickled(int(4), int(0), [int(4)], [int(1)])))).toContain('the archive has no "x/data/0"');
  });

  const direct = (...parts: readonly (string | number)[]): string => messageOf(unpickle(bytes('\x80\x02', ...parts)));
  test.each([
    ['a global in two steps', direct('\x8c\x02os\x8c\x06system\x93.'), 'asks for "os.system"'],
    ['builtins', direct('cbuiltins\neval\n.'), 'asks for "builtins.eval"'],
    ['an object of a known class with code', direct('ccollections\nOrderedDict\n(]tR.'), 'made from arguments'],
    ['a call of something that cannot be called', direct('ctorch\nFloatStorage\n)R.'), 'calls torch.FloatStorage'],
    ['a call of a class that is only mentioned', direct('cbuiltins\ndict\n)R.'), 'calls builtins.dict, which makes no tensor'],
    ['a set of a text', direct('cbuiltins\nset\n', string('a'), '\x85R.'), 'a set is made from a text'],
    ['a count of a text', direct('ccollections\nCounter\n', string('a'), '\x85R.'), 'a Counter is made from a text'],
    ['adding to a set that is none', direct('}(N\x90.'), 'appends to a dictionary'],
    ['more bytes than there are', direct('B\xff\xff\xff\x7fab.'), 'it is cut off'],
    [
      'a tensor with attributes made by itself',
      direct('ctorch._tensor\n_rebuild_from_type_v2\n]q\0(ctorch._tensor\n_rebuild_from_type_v2\nctorch\nTensor\nh\0}eR.'),
      'is made by torch._tensor._rebuild_from_type_v2, not from a storage',
    ],
    ['a call of a dictionary', direct('})R.'), 'calls a dictionary'],
    ['an extension code', direct('\x82\x01.'), 'is "0x82", an instruction that no tensor or container needs'],
    ['INST', direct('(ios\nsystem\n.'), 'is "0x69"'],
    ['an empty stack', direct('.'), 'needs a value that is not there'],
    ['no mark', direct('Nt.'), 'needs a mark that is not there'],
    ['an unknown memo', direct('h\x05.'), 'recalls value 5'],
    ['an odd number of items', direct('}(Nu.'), 'sets 1 keys and values in a dictionary of 0'],
    ['appending to a text', direct(string('a'), 'Na.'), 'appends to a text'],
    ['a state for a number', direct('K\x01}b.'), 'gives a state to 1'],
    ['a text past the end', direct('X\xff\xff\xff\x7fabc.'), 'inside what starts at byte 7; it is cut off'],
    ['no end', direct('N'), 'it is cut off'],
    ['two results', direct('NN.'), 'leaves values behind'],
    ['an old protocol', messageOf(unpickle(bytes('\x80\x01N.'))), 'protocol 1'],
    ['not a pickle', messageOf(unpickle(bytes('hello'))), 'does not start as a pickle'],
    ['a million dictionaries', direct('(', '}'.repeat(1_000_000), 't.'), 'describes too many values'],
    ['a million marks', direct('('.repeat(3_000_000)), 'describes too many values'],
  ])('%s', (_, message, expected) => {
    expect(message).toContain(expected);
  });

  test('a list that holds itself is data like any other', () => {
    const root = right(unpickle(bytes('\x80\x02]q\0h\0a.'))) as readonly PickleValue[];
    expect(root[0]).toBe(root);
  });

  test('integers of any size, floats, None, texts', () => {
    const root = right(
      unpickle(bytes('\x80\x02(', int(-5), long(-(2n ** 60n)), '\x8a\0M\0\x01N\x88\x89G\xbf\xf0\0\0\0\0\0\0', 'X\x02\0\0\0\xc3\xa9', 't.')),
    );
    expect(root).toEqual([-5, -(2n ** 60n), 0, 256, null, true, false, -1, 'é']);
  });
});

describe('archives that lie', () => {
  const good = (): Uint8Array => fixture('deflated.pth');
  test('a deflated file that says it is smaller, or larger, than it is', async () => {
    for (const delta of [-1, 1, 1 << 20]) {
      const file = good();
      const view = new DataView(file.buffer);
      // The first central entry is data.pkl; its unpacked size stands 24 bytes in.
      const at = Buffer.from(file).indexOf(Uint8Array.of(0x50, 0x4b, 1, 2));
      view.setUint32(at + 24, view.getUint32(at + 24, true) + delta, true);
      expect(await refusal(file)).toMatch(/^zip archive: the file "checkpoint\/data.pkl" unpacks to (more|\d+) bytes, it declares \d+$/);
    }
  });
  test('a deflated bomb is refused by what it declares, and stopped when it lies', async () => {
    const bomb = zipSync({ 'x/data.pkl': new Uint8Array(17 << 20) }, { level: 6 });
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refusal(bomb)).toContain('over the limit of 16777216');
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    const at = Buffer.from(bomb).lastIndexOf(Uint8Array.of(0x50, 0x4b, 1, 2));
    view.setUint32(at + 24, 1000, true);
    expect(await refusal(bomb)).toContain('unpacks to more bytes, it declares 1000');
  });
  test('two files at one place', async () => {
    const file = fixture('views.pth');
    const view = new DataView(file.buffer);
    const first = Buffer.from(file).indexOf(Uint8Array.of(0x50, 0x4b, 1, 2));
    const second = Buffer.from(file).indexOf(Uint8Array.of(0x50, 0x4b, 1, 2), first + 4);
    view.setUint32(second + 42, view.getUint32(first + 42, true), true);
    expect(await refusal(file)).toContain('lies over the one before it');
  });
});
