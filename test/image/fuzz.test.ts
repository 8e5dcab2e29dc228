import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it } from 'vitest';
import { readFixture } from './support.ts';

const LIMIT = 67_108_864;
const numRuns = 20_000;

/** Bytes of the largest array made since the last look, in the decoders and in the libraries below them, which are loaded after this. */
let largest = 0;
for (const name of ['Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Float64Array'] as const) {
  const plain: new (...args: never[]) => { readonly byteLength: number } = globalThis[name];
  const watched: typeof plain = new Proxy(plain, {
    construct(target, args, made): object {
      const array = Reflect.construct(target, args, made === watched ? target : made);
      largest = Math.max(largest, array.byteLength);
      return array;
    },
  });
  Object.assign(globalThis, { [name]: watched });
}
const { decodeImage } = await import('../../src/io/image/decode.ts');
const { exifOrientation } = await import('../../src/io/image/exif.ts');
const { crc32 } = await import('../../src/io/image/png/crc32.ts');
const { inflateInto } = await import('../../src/io/bytes/inflate.ts');

afterEach(() => {
  expect(largest).toBeLessThan(LIMIT);
  largest = 0;
});

it('sees what is allocated', async () => {
  expect(await settles(readFixture('rgb-8.png'))).toBe(true);
  expect(largest).toBeGreaterThanOrEqual(19 * 13 * 3);
});

type Mutation = (bytes: Buffer) => Buffer;

const splice = (bytes: Buffer, at: number, removed: number, ...added: readonly Uint8Array[]): Buffer =>
  Buffer.concat([bytes.subarray(0, at), ...added, bytes.subarray(at + removed)]);

/** What breaks parsers: small numbers, edges of ranges, JPEG markers. */
const telling = fc.constantFrom(0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xc0, 0xc2, 0xc4, 0xd0, 0xd8, 0xd9, 0xda, 0xdb, 0xdd, 0xe1, 0xfe, 0xff);
const byte = fc.oneof(telling, fc.nat(255));
const few = fc.uint8Array({ minLength: 1, maxLength: 4 });
const mutation: fc.Arbitrary<Mutation> = fc
  .tuple(fc.nat(9), fc.nat(65_535), fc.nat(65_535), byte, few, fc.integer({ min: 1, max: 50 }))
  .map(
    ([kind, p, q, value, bytes, length]): Mutation =>
      (file) => {
        const at = p % Math.max(1, file.length);
        const from = q % Math.max(1, file.length);
        if (kind < 5) return splice(file, at, 1, Buffer.of(value));
        if (kind === 5) return splice(file, at, 1, Buffer.of((file[at] ?? 0) ^ (1 << (value & 7))));
        if (kind === 6) return file.subarray(0, at);
        if (kind === 7) return splice(file, at, 0, bytes);
        if (kind === 8) return splice(file, at, length);
        return splice(file, at, 0, file.subarray(from, from + length));
      },
  );

const mutants = (names: readonly string[]): fc.Arbitrary<Buffer> => {
  const files = names.map(readFixture);
  return fc
    .tuple(fc.nat(files.length - 1), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([i, changes]) => changes.reduce((file, change) => change(file), files[i] as Buffer));
};

/** Right, or Left with one sentence; never an exception, never more pixels than the bytes can hold. */
const settles = async (file: Buffer): Promise<boolean> => {
  const decoded = await decodeImage(file)();
  if (E.isLeft(decoded)) {
    expect(decoded.left._tag).toBe('InputError');
    expect(decoded.left.message).toMatch(/^(PNG|JPEG|image): [^\n]{10,250}[^.\n]$/);
    return false;
  }
  expect(decoded.right.data.length).toBe(decoded.right.width * decoded.right.height * 3);
  return true;
};

const adler32 = (bytes: Uint8Array): number => {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
};

const pixels = new Uint8Array(4096);

/** Makes the checksums right again, so that mutants reach what lies behind them. */
const resealed = (file: Buffer): Buffer => {
  const out = Buffer.from(file);
  for (let at = 8; at + 12 <= out.length; ) {
    const end = at + 8 + out.readUInt32BE(at);
    if (end + 4 > out.length) break;
    if (out.toString('latin1', at + 4, at + 8) === 'IDAT') {
      const { filled, ending } = inflateInto(out.subarray(at + 8, end), pixels, 'zlib');
      if (ending === 'checksum') out.writeUInt32BE(adler32(pixels.subarray(0, filled)), end - 4);
    }
    out.writeUInt32BE(crc32(out, at + 4, end), end);
    at = end + 4;
  }
  return out;
};

const decodesAfter = async (name: string): Promise<void> => expect(await settles(readFixture(name))).toBe(true);

describe(`${numRuns} mutants of each`, () => {
  it('JPEG', async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(
        mutants(['size-8x8.jpg', 'orientation-6.jpg', 'tiny-progressive.jpg', 'tiny-grey.jpg', 'tiny-restarts.jpg']),
        async (file) => {
          if (await settles(file)) read++;
        },
      ),
      { numRuns },
    );
    expect(read).toBeGreaterThan(numRuns / 50);
    await decodesAfter('q75-420.jpg');
  });

  it('PNG', async () => {
    let read = 0;
    const names = [
      'rgb-8.png',
      'palette-4.png',
      'rgb-alpha-16-interlaced.png',
      'grey-1-interlaced.png',
      'orientation-6.png',
      'many-idat.png',
    ];
    await fc.assert(
      fc.asyncProperty(mutants(names), fc.integer({ min: 0, max: 4 }), async (file, broken) => {
        if (await settles(broken === 0 ? file : resealed(file))) read++;
      }),
      { numRuns },
    );
    expect(read).toBeGreaterThan(numRuns / 50);
    await decodesAfter('rgb-8.png');
  });

  it('PNG metadata', async () => {
    const names = ['text-6', 'packed-text-6', 'xmp-with-language-6', 'packed-xmp-6'].map((name) => `orientation-${name}.png`);
    let [turned, upright] = [0, 0];
    await fc.assert(
      fc.asyncProperty(mutants(names), async (file) => {
        const decoded = await decodeImage(resealed(file))();
        if (E.isRight(decoded) && decoded.right.width === 5) turned++;
        if (E.isRight(decoded) && decoded.right.width === 7) upright++;
      }),
      { numRuns },
    );
    expect(turned).toBeGreaterThan(numRuns / 50);
    expect(upright).toBeGreaterThan(numRuns / 50);
  });

  it('EXIF', () => {
    const jpeg = readFixture('orientation-6.jpg');
    const tiff = jpeg.subarray(jpeg.indexOf('Exif') + 6, jpeg.indexOf('Exif') + 60);
    let changed = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) => {
        const orientation = exifOrientation(changes.reduce((file, change) => change(file), tiff)) ?? 1;
        expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(orientation);
        if (orientation !== 6) changed++;
      }),
      { numRuns },
    );
    expect(changed).toBeGreaterThan(numRuns / 50);
  });
});
