import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, describe, expect, test } from 'vitest';
import { size } from '../../src/core/tensor/shape.ts';
import { tensor } from '../../src/core/tensor/tensor.ts';
import { bytesOf, type DType, dtypes, type FloatDType } from '../../src/io/bytes/dtype.ts';
import { fromTensor, type RawTensor, toTensor, typedArray } from '../../src/io/bytes/raw-tensor.ts';
import { decode, encode, parseHeader, parseLength } from '../../src/io/safetensors/codec.ts';
import { withSafetensors, writeSafetensors } from '../../src/io/safetensors/file.ts';
import { rawSource, tensorSource } from '../../src/io/safetensors/stream.ts';
import { right } from '../support/right.ts';
import { measured } from './allocation.ts';
import { messageOf } from './support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const file = (header: string, data: number | Uint8Array = 0): Uint8Array => {
  const json = text(header);
  const body = typeof data === 'number' ? new Uint8Array(data) : data;
  const out = new Uint8Array(8 + json.length + body.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(body, 8 + json.length);
  return out;
};

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const golden = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../golden/data/${name}`, import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rawTensors: fc.Arbitrary<Record<string, RawTensor>> = fc
  .uniqueArray(
    fc.record({
      name: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('__proto__', 'constructor', '"', '0', '')),
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
      seed: fc.nat(255),
    }),
    { selector: (t) => t.name, maxLength: 6 },
  )
  .map((list) => {
    const out: Record<string, RawTensor> = Object.create(null);
    for (const { name, dtype, shape, seed } of list)
      out[name] = { dtype, shape, bytes: Uint8Array.from({ length: size(shape) * bytesOf(dtype) }, (_, i) => (i * 37 + seed) & 255) };
    return out;
  });

describe('reading and writing', () => {
  test('a written file reads back: names, types, shapes, bytes, metadata; the data starts at a multiple of 8', () => {
    fc.assert(
      fc.property(rawTensors, fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }), (tensors, metadata) => {
        const bytes = right(encode(tensors, metadata));
        expect(right(parseLength(bytes.subarray(0, 8))) % 8).toBe(0);
        const back = right(decode(bytes));
        expect(Object.keys(back.tensors).sort()).toEqual(Object.keys(tensors).sort());
        for (const [name, raw] of Object.entries(tensors)) expect(back.tensors[name]).toEqual(raw);
        expect({ ...back.metadata }).toEqual({ ...metadata });
      }),
    );
  });

  test('golden files read: F64 and I64 tensors with their published shapes', () => {
    const manifest = JSON.parse(readFileSync(new URL('../golden/data/manifest.json', import.meta.url), 'utf8'));
    for (const name of ['ops.safetensors', 'metrics.safetensors', 'image_ops.safetensors', 'full.safetensors']) {
      const { tensors } = right(decode(golden(name)));
      const declared = Object.entries(manifest.files[name].tensors as Record<string, { dtype: DType; shape: number[] }>);
      expect(declared.length).toBeGreaterThan(10);
      for (const [key, { dtype, shape }] of declared) expect(tensors[key]).toMatchObject({ dtype, shape });
    }
    expect(right(toTensor(right(decode(golden('init.safetensors'))).tensors.u as RawTensor)).shape).toEqual([69]);
  });

  test('files of the safetensors library read: every type, metadata', () => {
    const { tensors, metadata } = right(decode(fixture('dtypes.safetensors')));
    expect({ ...metadata }).toEqual({ format: 'pt', note: 'é "quoted"' });
    const numbers = (name: string): readonly number[] => Array.from(right(toTensor(tensors[name] as RawTensor)).data);
    const ramp = [-1, -0.875, -0.75, -0.625, -0.5, -0.375];
    for (const float of ['f64', 'f32', 'f16', 'bf16']) expect(numbers(float)).toEqual(ramp);
    for (const float of ['f8_e4m3', 'f8_e5m2']) expect(numbers(float)).toEqual(ramp.slice(0, 4));
    for (const integer of ['i64', 'i32', 'i16', 'i8', 'u8']) expect(numbers(integer)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const integer of ['u16', 'u32', 'u64']) expect(numbers(integer)).toEqual([0, 1, 2, 3]);
    expect([numbers('bool'), numbers('scalar'), numbers('empty')]).toEqual([[1, 0, 1], [2.5], []]);
    expect([tensors.scalar?.shape, tensors.empty?.shape]).toEqual([[], [0, 3]]);
  });

  test('awkward 16-bit patterns widen, and awkward numbers round, as torch does it', () => {
    const { tensors } = right(decode(fixture('widening.safetensors')));
    const numbers = (name: string): readonly number[] => Array.from(right(toTensor(tensors[name] as RawTensor)).data);
    for (const dtype of ['f16', 'bf16', 'f32']) {
      if (dtype !== 'f32') expect(numbers(dtype)).toEqual(numbers(`${dtype}.wide`));
      const source = right(toTensor(tensors.source as RawTensor));
      const rounded = right(toTensor(fromTensor(source, dtype.toUpperCase() as FloatDType)));
      expect(Array.from(rounded.data)).toEqual(numbers(`source.${dtype}`));
    }
  });

  test('a file is read lazily, tensor by tensor, as float64 and raw', async () => {
    const path = join(folder, 'lazy.safetensors');
    const x = tensor(
      [3, 100_000],
      Float64Array.from({ length: 300_000 }, (_, i) => i / 8),
    );
    const ids: RawTensor = { dtype: 'I64', shape: [2], bytes: new Uint8Array(BigInt64Array.of(-1n, 2n ** 60n).buffer) };
    right(
      await writeSafetensors(path, [rawSource('ids', ids), tensorSource('x', x, 'F64'), tensorSource('half', x, 'BF16')], { by: 'test' })(),
    );
    const [whole, raw, wrong, tooWide] = right(
      await withSafetensors(path, (reader) =>
        TE.fromTask(async () => {
          expect(reader.header.metadata).toEqual({ by: 'test' });
          return [await reader.tensor('x')(), await reader.raw('ids')(), await reader.tensor('y')(), await reader.tensor('ids')()] as const;
        }),
      )(),
    );
    expect(right(whole).shape).toEqual(x.shape);
    expect(Buffer.from(right(whole).data.slice().buffer).equals(Buffer.from(x.data.slice().buffer))).toBe(true);
    expect(right(typedArray(right(raw)))).toEqual(BigInt64Array.of(-1n, 2n ** 60n));
    expect(messageOf(wrong)).toContain('there is no tensor "y"');
    expect(messageOf(tooWide)).toContain('element 1 is an integer beyond 2^53');
    const half = right(toTensor(right(decode(new Uint8Array(readFileSync(path)))).tensors.half as RawTensor));
    expect(half.data[1]).toBe(0.125);
  });

  // A file with a hole: five gigabytes long, a few kilobytes on disk. Windows would write them all.
  test.skipIf(process.platform === 'win32')(
    'beyond 4 GiB: the tensor at the end is read and the rest is not (Windows would write a sparse file out)',
    async () => {
      const path = join(folder, 'large.safetensors');
      const long = 5 * 2 ** 30;
      const header = text(
        `{"long":{"dtype":"U8","shape":[${long}],"data_offsets":[0,${long}]},"end":{"dtype":"F32","shape":[2],"data_offsets":[${long},${long + 8}]}}`,
      );
      const start = file('').fill(0);
      new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
      const handle = openSync(path, 'w');
      writeSync(handle, Uint8Array.from([...start, ...header]), 0, 8 + header.length, 0);
      writeSync(handle, new Uint8Array(Float32Array.of(1.5, -2).buffer), 0, 8, 8 + header.length + long);
      closeSync(handle);
      const { value, largest } = await measured(() => withSafetensors(path, (reader) => reader.tensor('end'))());
      expect(Array.from(right(value).data)).toEqual([1.5, -2]);
      expect(largest).toBeLessThan(2 ** 20);
      const whole = await withSafetensors(path, (reader) => reader.raw('long'), { dataBytes: 2 ** 32 })();
      expect(messageOf(whole)).toContain(`the header declares ${long + 8} bytes of data, over the limit of 4294967296`);
    },
  );

  test('a failed write leaves the old file and no temporary one', async () => {
    const path = join(folder, 'kept.safetensors');
    writeFileSync(path, 'old');
    const bad = { ...rawSource('x', { dtype: 'F32', shape: [2], bytes: new Uint8Array(7) }) };
    expect(messageOf(await writeSafetensors(path, [bad])())).toContain('tensor "x": F32 (2) takes 8 bytes, got 7');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(messageOf(await writeSafetensors(join(folder, 'no', 'such', 'x.safetensors'), [])())).toContain('no such file or folder');
  });
});

describe('headers that lie', () => {
  const one = (fields: string): string => `{"w":{${fields}}}`;
  const good = '"dtype":"F32","shape":[2],"data_offsets":[0,8]';
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['an empty file', new Uint8Array(0), 'got only 0'],
    ['a cut length', new Uint8Array(5), 'got only 5'],
    ['text for a length', text('loading model...\n'), 'the file starts with "loading "'],
    ['a header over the limit', file('{}', 0).fill(255, 0, 8), 'over the limit of 16777216'],
    ['a header beyond the end', file('{}').fill(200, 0, 1), 'has only 2 after them'],
    ['a header that is not JSON', file('[1]'), 'must start with {'],
    ['a truncated header', file('{"w":{'), 'expected " at header byte 6, the header ends'],
    ['rubbish after the header', file('{} x'), 'found "x" at byte 3'],
    ['a name twice', file(`{"w":{${good}},"w":{${good}}}`, 8), 'the name "w" appears twice, again at header byte 54'],
    ['a name twice, once escaped', file(`{"w":{${good}},"\\u0077":{${good}}}`, 8), 'the name "w" appears twice'],
    ['a field twice', file(one(`${good},"shape":[2]`), 8), 'tensor "w": shape appears twice'],
    ['an unknown field', file(one(`${good},"stride":[2]`), 8), 'unknown field "stride"'],
    ['a missing field', file(one('"dtype":"F32","shape":[2]'), 8), 'needs dtype, shape and data_offsets'],
    ['an unknown type', file(one('"dtype":"C64","shape":[1],"data_offsets":[0,8]'), 8), 'dtype "C64" is not one of BOOL'],
    [
      'a negative length',
      file(one('"dtype":"F32","shape":[-2],"data_offsets":[0,8]'), 8),
      'whole number without sign or fraction at header byte 29, found "-2]',
    ],
    ['a fraction', file(one('"dtype":"F32","shape":[2.0],"data_offsets":[0,8]'), 8), 'whole number without sign or fraction'],
    ['an exponent', file(one('"dtype":"F32","shape":[2],"data_offsets":[0,8e0]'), 8), 'whole number without sign or fraction'],
    ['a length of 2^63', file(one('"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]'), 8), 'over 2^53 - 1'],
    [
      'a product that overflows',
      file(one('"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]'), 8),
      'takes over 2^53 bytes',
    ],
    [
      'an image of 100000 x 100000',
      file(one('"dtype":"F32","shape":[100000,100000],"data_offsets":[0,40000000000]'), 8),
      'takes bytes 0..40000000000; the file is cut off',
    ],
    [
      'a size that disagrees',
      file(one('"dtype":"F32","shape":[3],"data_offsets":[0,8]'), 8),
      'F32 (3) takes 12 bytes, but data_offsets 0..8 give 8',
    ],
    ['offsets backwards', file(one('"dtype":"F32","shape":[2],"data_offsets":[8,0]'), 8), 'run backwards'],
    ['three offsets', file(one('"dtype":"F32","shape":[2],"data_offsets":[0,8,8]'), 8), 'has over 2 numbers'],
    [
      'a hole',
      file(`{"w":{${good}},"v":{"dtype":"U8","shape":[1],"data_offsets":[9,10]}}`, 10),
      'data bytes 8..9, before tensor "v", belong to no tensor',
    ],
    ['a hole at the start', file(one('"dtype":"U8","shape":[1],"data_offsets":[1,2]'), 2), 'data bytes 0..1'],
    [
      'an overlap',
      file(`{"w":{${good}},"v":{"dtype":"U8","shape":[4],"data_offsets":[6,10]}}`, 10),
      'tensor "v" starts at data byte 6, inside tensor "w", which ends at 8',
    ],
    ['data cut off', file(one(good), 7), 'the data ends at byte 7, but tensor "w" takes bytes 0..8'],
    ['data left over', file(one(good), 9), '1 more bytes follow'],
    [
      'metadata that is no text',
      file('{"__metadata__":{"epoch":3}}'),
      '__metadata__, "epoch" (values are texts): expected " at header byte 25',
    ],
    ['metadata of a number', file('{"__metadata__":nul}'), '__metadata__: expected {'],
    ['a metadata key twice', file('{"__metadata__":{"a":"1","a":"2"}}'), 'the key "a" appears twice'],
    ['bad UTF-8', file('{"?":1}').map((b, i) => (i === 10 ? 0xff : b)), 'not valid UTF-8'],
    ['half a surrogate pair', file('{"\\ud800":1}'), 'half a surrogate pair'],
    ['65 axes', file(one(`"dtype":"U8","shape":[${new Array(65).fill(1).join(',')}],"data_offsets":[0,1]`), 1), 'has over 64 numbers'],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    const result = decode(bytes);
    expect(messageOf(result)).toContain(message);
    expect(messageOf(result)).toMatch(/^safetensors: [^\n]+$/);
  });

  test('what is legal stays legal: entries in any order, empty tensors, scalars, spaces', () => {
    const bytes = file(' \n{}'.trimStart());
    expect(right(decode(bytes)).tensors).toEqual({});
    const mixed = file(
      '{ "b" : {"shape":[],"dtype":"F32","data_offsets":[0,4]} , "a":{"dtype":"U8","shape":[0,9223372036],"data_offsets":[4,4]}, "__metadata__":{} }  ',
      4,
    );
    expect(Object.keys(right(decode(mixed)).tensors)).toEqual(['b', 'a']);
    expect(right(decode(file('{"__metadata__": null , "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1)))).toMatchObject({
      metadata: {},
      tensors: { a: { dtype: 'U8' } },
    });
  });

  const byte: RawTensor = { dtype: 'U8', shape: [1], bytes: Uint8Array.of(1) };
  const many = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `${i}`);
  test.each<readonly [string, Parameters<typeof encode>, string]>([
    ['half a surrogate pair in a name', [{ 'a\ud800': byte }], 'half a surrogate pair'],
    ['half a surrogate pair in the metadata', [{}, { note: '\udc00' }], 'half a surrogate pair'],
    ['65 axes', [{ a: { ...byte, shape: new Array(65).fill(1) } }], 'tensor "a": shape has over 64 numbers'],
    ['65 537 tensors', [Object.fromEntries(many(65_537).map((name) => [name, byte]))], 'over 65536 names'],
    ['10 001 texts', [{}, Object.fromEntries(many(10_001).map((name) => [name, '']))], 'over 10000 keys'],
    ['names over the caller’s limit', [{ a: byte, b: byte }, {}, { tensors: 1 }], 'over 1 names'],
  ])('what would not be read is not written: %s', (_, content, message) => {
    expect(messageOf(encode(...content))).toContain(message);
  });

  test('limits are the caller’s: frames of 4 GiB, headers, tensor counts', () => {
    const huge = text('{"w":{"dtype":"U8","shape":[4294967297],"data_offsets":[0,4294967297]}}');
    expect(messageOf(parseHeader(huge, undefined, { dataBytes: 2 ** 32 }))).toContain('over the limit of 4294967296');
    expect(right(parseHeader(huge)).dataLength).toBe(2 ** 32 + 1);
    expect(messageOf(parseHeader(huge, 0, { tensors: 0 }))).toContain('over 0 names');
    expect(messageOf(decode(file('{}'), { headerBytes: 1 }))).toContain('over the limit of 1');
  });
});

describe('numbers', () => {
  const bits = (dtype: DType, ...values: number[]): RawTensor => ({
    dtype,
    shape: [values.length],
    bytes: bytesOf(dtype) === 1 ? Uint8Array.from(values) : new Uint8Array(Uint16Array.from(values).buffer),
  });
  const wide = (raw: RawTensor): readonly number[] => Array.from(right(toTensor(raw)).data);

  test('small floats widen exactly', () => {
    expect(wide(bits('F16', 0x3c00, 0x8000, 1, 0x7bff, 0x7c00, 0xfc00, 0x3555))).toEqual([
      1,
      -0,
      2 ** -24,
      65504,
      Infinity,
      -Infinity,
      1365 / 4096,
    ]);
    expect(wide(bits('BF16', 0x3f80, 0xc000, 1, 0x7f80, 0x7fc0))).toEqual([1, -2, 2 ** -133, Infinity, Number.NaN]);
    expect(wide(bits('F8_E5M2', 0x3c, 0x7b, 1, 0x7c, 0x7d))).toEqual([1, 57344, 2 ** -16, Infinity, Number.NaN]);
    expect(wide(bits('F8_E4M3', 0x38, 0x7e, 1, 0x7f, 0xff))).toEqual([1, 448, 2 ** -9, Number.NaN, Number.NaN]);
  });

  test('every BF16 pattern is the single whose upper half it is', () => {
    const values = wide({ dtype: 'BF16', shape: [65536], bytes: new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer) });
    const singles = new Float32Array(Uint32Array.from({ length: 65536 }, (_, i) => i << 16).buffer);
    expect(values).toEqual(Array.from(singles));
  });

  test.each<FloatDType>(['F16', 'BF16'])(
    '%s: rounding keeps every value it can hold, and between them takes the nearest, ties to even',
    (dtype) => {
      const high = dtype === 'F16' ? 0x7c00 : 0x7f80;
      const at = (pattern: number): number => wide(bits(dtype, pattern))[0] as number;
      const round = (...xs: number[]): readonly number[] => wide(fromTensor(tensor([xs.length], xs), dtype));
      const between = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
      fc.assert(
        fc.property(fc.nat(high - 2), between, fc.constantFrom(1, -1), (pattern, t, sign) => {
          const low = at(pattern);
          const up = at(pattern + 1);
          const middle = (low + up) / 2;
          const even = pattern % 2 === 0 ? low : up;
          const x = low + t * (up - low);
          const nearest = x < middle ? low : x > middle ? up : even;
          expect(round(sign * low, sign * middle, sign * x)).toEqual([sign * low, sign * even, sign * nearest]);
        }),
        { numRuns: 2000 },
      );
      expect(round(1e300, -1e300, Number.NaN, Infinity, -0, 5e-324)).toEqual([Infinity, -Infinity, Number.NaN, Infinity, -0, 0]);
    },
  );

  test('F32 rounds as IEEE 754 does', () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        expect(wide(fromTensor(tensor([1], [x]), 'F32'))).toEqual([Math.fround(x)]);
      }),
    );
  });

  test('overflow begins half a step above the largest number', () => {
    const round = (x: number, dtype: FloatDType): number => wide(fromTensor(tensor([1], [x]), dtype))[0] as number;
    expect([round(65519.999, 'F16'), round(65520, 'F16')]).toEqual([65504, Infinity]);
    const largest = 255 * 2 ** 120;
    expect([round(largest + 2 ** 118, 'BF16'), round(largest + 2 ** 119, 'BF16')]).toEqual([largest, Infinity]);
  });

  test('integers keep their own arrays, and bytes that do not fit are refused', () => {
    const raw: RawTensor = { dtype: 'I16', shape: [2], bytes: Uint8Array.of(0, 0x80, 1, 0).subarray(0) };
    expect(right(typedArray(raw))).toEqual(Int16Array.of(-32768, 1));
    expect(wide(raw)).toEqual([-32768, 1]);
    expect(messageOf(toTensor({ ...raw, shape: [3] }))).toContain('I16 (3) takes 6 bytes, got 4');
  });
});
