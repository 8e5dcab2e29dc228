import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { type ByteSource, memorySource } from '../../src/io/bytes/byte-source.ts';
import { type RawTensor, toTensor } from '../../src/io/bytes/raw-tensor.ts';
import { readWeights } from '../../src/io/checkpoint/read-checkpoint.ts';
import type { InputError } from '../../src/io/error/error.ts';
import { decode, encode } from '../../src/io/safetensors/codec.ts';
import { openSafetensors } from '../../src/io/safetensors/stream.ts';
import { openTorch } from '../../src/io/torch/open.ts';
import { isDictionary, isList, isTagged, type PickleValue, type TensorRef } from '../../src/io/torch/pickle-value.ts';
import { unpickle } from '../../src/io/torch/unpickle.ts';
import { right } from '../support/right.ts';
import { heapGrowth, heapUsed, measured } from './allocation.ts';

const RUNS = 20_000;
const LIMIT = 64 * 1024 * 1024;
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

/** One change of a file: at a place given as a fraction of its length. */
type Edit = readonly [kind: number, place: number, value: number];
const edits = fc.array(fc.tuple(fc.nat(7), fc.nat(0xffff), fc.nat(0xffffffff)), { minLength: 1, maxLength: 4 });
const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x2d, 0x22, 0x7b, 0x39] as const;
const words = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100, 0x10000, 0x04034b50] as const;

const edited = (file: Uint8Array, [kind, place, value]: Edit): Uint8Array => {
  const at = Math.floor((place / 0x10000) * file.length);
  const out = file.slice();
  if (file.length === 0) return Uint8Array.of(value & 255);
  const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
  switch (kind) {
    case 0:
      out.set([value & 255], at);
      return out;
    case 1:
      out[at] = (out[at] as number) ^ (1 << (value & 7));
      return out;
    case 2:
      out.set([interesting[value % interesting.length] as number], at);
      return out;
    case 3:
      if (at + 4 <= out.length) new DataView(out.buffer).setUint32(at, words[value % words.length] as number, true);
      return out;
    case 4:
      return out.subarray(0, at);
    case 5:
      return join(out.subarray(0, at), Uint8Array.of(value & 255, (value >>> 8) & 255).subarray(value & 1), out.subarray(at));
    case 6:
      return join(out.subarray(0, at), out.subarray(at + 1 + (value & 15)));
    default: {
      const from = value % (file.length + 1);
      return join(out.subarray(0, at), file.subarray(from, from + 1 + ((value >>> 8) & 31)), out.subarray(at));
    }
  }
};
const mutated = (file: Uint8Array, changes: readonly Edit[]): Uint8Array => changes.reduce(edited, file);

/** Outcomes of a campaign; each refusal must be one plain sentence. */
const tally = () => {
  const seen = new Set<string>();
  const counts = { accepted: 0, refused: 0 };
  const note = <A>(result: E.Either<InputError, A>): void => {
    if (E.isRight(result)) {
      counts.accepted++;
      return;
    }
    counts.refused++;
    const { _tag, message } = result.left;
    seen.add(message.replace(/\d+|"[^"]*"/g, '').slice(0, 60));
    if (_tag !== 'InputError' || !/^[a-z -]+: [^\n\0]+$/i.test(message) || message.length > 2000)
      throw new Error(`not one sentence: ${JSON.stringify(message)}`);
  };
  return { seen, counts, note };
};

const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => i * 7);
const safetensors = right(
  encode(
    {
      'blocks.0.w': { dtype: 'F32', shape: [2, 3], bytes: bytes(24) },
      ids: { dtype: 'I64', shape: [2], bytes: new Uint8Array(16) },
      half: { dtype: 'BF16', shape: [3], bytes: bytes(6) },
      none: { dtype: 'U8', shape: [0, 7], bytes: new Uint8Array(0) },
    },
    { format: 'pt' },
  ),
);

/** Every tensor anywhere in a checkpoint. */
const tensorsIn = (root: PickleValue): readonly TensorRef[] => {
  const out: TensorRef[] = [];
  const seen = new Set<PickleValue>();
  const queue: PickleValue[] = [root];
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (isTagged(value, 'TensorRef')) out.push(value);
    else if (isList(value)) queue.push(...value);
    else if (isDictionary(value)) queue.push(...value.values());
  }
  return out;
};

const readSafetensors = async (source: ByteSource): Promise<E.Either<InputError, unknown>> => {
  const reader = await openSafetensors(source)();
  if (E.isLeft(reader)) return reader;
  for (const { name } of reader.right.header.entries) {
    const tensor = await reader.right.tensor(name)();
    if (E.isLeft(tensor)) return tensor;
  }
  return reader;
};

const readTorch = async (source: ByteSource): Promise<E.Either<InputError, unknown>> => {
  const reader = await openTorch(source)();
  if (E.isLeft(reader)) return reader;
  for (const ref of tensorsIn(reader.right.root)) {
    const tensor = await reader.right.tensor(ref)();
    if (E.isLeft(tensor)) return tensor;
  }
  return reader;
};

const campaign = async (
  runs: number,
  files: readonly Uint8Array[],
  read: (file: Uint8Array) => E.Either<InputError, unknown> | Promise<E.Either<InputError, unknown>>,
) => {
  const outcomes = tally();
  let before = heapUsed();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), edits, async (index, changes) => {
      const file = mutated(files[index] as Uint8Array, changes);
      const { value, largest } = await measured(() => read(file));
      outcomes.note(value);
      if (largest > LIMIT) throw new Error(`asked for ${largest} bytes at once`);
      // Reading the heap's size takes longer than most files, so it is read every few of them; garbage counts as growth.
      if (++run % 64 === 0) {
        const after = heapUsed();
        if (after - before > LIMIT) throw new Error(`the heap grew by ${after - before} bytes`);
        before = after;
      }
    }),
    { numRuns: runs },
  );
  expect(outcomes.counts.accepted + outcomes.counts.refused).toBe(runs);
  expect(outcomes.counts.accepted).toBeGreaterThan(runs / 200);
  expect(outcomes.counts.refused).toBeGreaterThan(runs / 10);
  return outcomes;
};

describe('mutated files end as a value or as one sentence, with little memory', () => {
  test(`${RUNS} safetensors files`, async () => {
    const { seen } = await campaign(RUNS, [safetensors], (file) => {
      const whole = decode(file);
      if (E.isLeft(whole)) return whole;
      for (const raw of Object.values(whole.right.tensors)) {
        const tensor = toTensor(raw as RawTensor);
        if (E.isLeft(tensor)) return tensor;
      }
      return whole;
    });
    expect(seen.size).toBeGreaterThan(20);
  });

  test('the lazy reader says the same as the whole one', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const file = mutated(safetensors, changes);
        expect(E.isRight(await openSafetensors(memorySource(file))())).toBe(E.isRight(decode(file)));
        await readSafetensors(memorySource(file));
      }),
      { numRuns: 1000 },
    );
  });

  test(`${RUNS} torch checkpoints, stored and deflated`, async () => {
    const files = ['views.pth', 'nan.pth', 'views.pth', 'nan.pth', 'deflated.pth'].map(fixture);
    const { seen } = await campaign(RUNS, files, (file) => readTorch(memorySource(file)));
    expect(seen.size).toBeGreaterThan(40);
  });

  test(`${RUNS} pickles inside sound archives`, async () => {
    const pickles = await Promise.all(['views.pth', 'protocol4.pth', 'checkpoint.pth'].map(pickleOf));
    const { seen } = await campaign(RUNS, pickles, (pickle) => unpickle(pickle));
    expect(seen.size).toBeGreaterThan(25);
  });

  test('any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', 'PK\x03\x04', '\x80\x02', '\x10\0\0\0\0\0\0\0{'),
        async (tail, head) => {
          const file = Uint8Array.from([...Array.from(head, (c) => c.charCodeAt(0)), ...tail]);
          tally().note(await readWeights(memorySource(file))());
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** The pickle of a checkpoint, which torch stores uncompressed. */
const pickleOf = async (name: string): Promise<Uint8Array> => {
  const file = fixture(name);
  const view = new DataView(file.buffer);
  const start = 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const central = Buffer.from(file).indexOf(Uint8Array.of(0x50, 0x4b, 1, 2));
  return file.slice(start, start + view.getUint32(central + 24, true));
};

describe('pickles made to use memory', () => {
  const repeated = (start: string, unit: string, count: number): Uint8Array =>
    Uint8Array.from(Buffer.from(`\x80\x02${start}${unit.repeat(count)}`, 'latin1'));
  test.each([
    ['dictionaries', repeated('', '}', 1 << 22)],
    ['lists', repeated('', ']', 1 << 22)],
    ['marks', repeated('', '(', 1 << 23)],
    ['numbers', repeated('', 'K\x01', 1 << 22)],
    ['copies', repeated('N', '2', 1 << 23)],
    ['memory cells', repeated('N', '\x94', 1 << 22)],
    ['nested tuples', repeated('N', '\x85', 1 << 22)],
    ['short texts', repeated('', '\x8c\x01a', 1 << 21)],
    ['long texts', repeated('X\0\0\x80\0', 'a', 0x800000).slice(0, -5)],
    ['items', repeated('}q\x00', 'K\x01Ns0h\x00', 1 << 20)],
    ['shapes', repeated(`ctorch\nSize\nq\0((${'K\x01'.repeat(64)}t\x85q\x01`, 'h\0h\x01R', 1 << 20)],
  ])('%s', async (_, pickle) => {
    const {
      value: { value, largest },
      growth,
    } = await heapGrowth(() => measured(() => unpickle(pickle)));
    expect(E.isLeft(value) && value.left.message).toMatch(/describes too many values|it is cut off/);
    expect(largest).toBeLessThan(LIMIT);
    expect(growth).toBeLessThan(LIMIT);
  });
});

describe('headers and directories made to use memory', () => {
  const framed = (header: string): Uint8Array => {
    const json = Buffer.from(header);
    const out = Buffer.alloc(8 + json.length);
    out.writeBigUInt64LE(BigInt(json.length));
    json.copy(out, 8);
    return new Uint8Array(out);
  };
  const names = (count: number, of: (i: number) => string): string => `{${Array.from({ length: count }, (_, i) => of(i)).join(',')}}`;
  const empty = (i: number, axes: number): string => `"${i}":{"dtype":"U8","shape":[${new Array(axes).fill(0)}],"data_offsets":[0,0]}`;
  test.each([
    ['as many tensors as are allowed', framed(names(65_536, (i) => empty(i, 1))), 'accepted'],
    ['more tensors than are allowed', framed(names(200_000, (i) => empty(i, 1))), 'over 65536 names'],
    ['tensors of 64 axes', framed(names(80_000, (i) => empty(i, 64))), 'over 1000000 numbers'],
    ['metadata of many keys', framed(`{"__metadata__":${names(1_000_000, (i) => `"${i}":""`)}}`), 'over 10000 keys'],
    ['one long text', framed(`{"__metadata__":{"":"${'\u6f22'.repeat(5_000_000)}"}}`), 'accepted'],
    ['one long text of escapes', framed(`{"__metadata__":{"":"${'\\u6f22'.repeat(2_700_000)}"}}`), 'accepted'],
  ])('%s', async (_, file, message) => {
    const {
      value: { value, largest },
      growth,
    } = await heapGrowth(() => measured(() => decode(file)));
    expect(E.isLeft(value) ? value.left.message : 'accepted').toContain(message);
    expect(largest).toBeLessThan(LIMIT);
    expect(growth).toBeLessThan(LIMIT);
  });

  test('a directory of 65,535 files', async () => {
    const entry = Buffer.alloc(46 + 6);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(6, 28);
    const directory = Buffer.alloc(0xffff * entry.length);
    for (let i = 0; i < 0xffff; i++) {
      entry.write(String(i).padStart(6, '0'), 46);
      entry.copy(directory, i * entry.length);
    }
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50);
    end.writeUInt16LE(0xffff, 10);
    end.writeUInt32LE(0xffff * entry.length, 12);
    const file = Uint8Array.from(Buffer.concat([Buffer.from('PK\x03\x04'), directory, end]));
    new DataView(file.buffer).setUint32(file.length - 22 + 16, 4, true);
    const {
      value: { value, largest },
      growth,
    } = await heapGrowth(() => measured(openTorch(memorySource(file))));
    expect(E.isLeft(value) && value.left.message).toMatch(/past byte 4, where the files end|lies over/);
    expect(largest).toBeLessThan(LIMIT);
    expect(growth).toBeLessThan(LIMIT);
  });
});
