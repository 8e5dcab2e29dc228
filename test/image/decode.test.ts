import { readdirSync, readFileSync } from 'node:fs';
import { unzlibSync } from 'fflate';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/io/image/decode.ts';
import { exifOrientation } from '../../src/io/image/exif.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';
import { differingBytes, fixture, readFixture } from './support.ts';

const expected = JSON.parse(readFixture('expected.json').toString()) as Readonly<
  Record<string, { readonly width: number; readonly height: number; readonly rgb: string }>
>;
const refused = JSON.parse(readFixture('refused.json').toString()) as readonly string[];

describe('decodeImage gives the bytes that Pillow gives', () => {
  it('knows every fixture', () => {
    const pictures = readdirSync(fixture('.')).filter((name) => /\.(png|jpg)$/.test(name));
    expect([...Object.keys(expected), ...refused].sort()).toEqual(pictures.sort());
  });

  it.each(Object.keys(expected))('%s', async (name) => {
    const { width, height, rgb } = expected[name] as (typeof expected)[string];
    const decoded = right(await decodeImage(readFixture(name))());
    expect([decoded.width, decoded.height]).toEqual([width, height]);
    expect(differingBytes(decoded.data, unzlibSync(Buffer.from(rgb, 'base64')))).toBe(0);
  });
});

describe('exifOrientation', () => {
  const blocks = JSON.parse(readFixture('exif.json').toString()) as readonly (readonly [hex: string, orientation: number])[];

  it.each(notEmpty(blocks))('%s: %i, as Pillow', (hex, orientation) =>
    expect(exifOrientation(Buffer.from(hex, 'hex')) ?? 1).toBe(orientation),
  );
});

describe('decodeImage refuses in one sentence', () => {
  const sentences: Readonly<Record<string, RegExp>> = {
    '100000x100000.png': /declares 100000×100000 pixels, over the limit of 67108864/,
    '65535x65535.jpg': /declares 65535×65535 pixels, over the limit of 67108864/,
    'adler.png': /checksum of the compressed pixels is wrong/,
    'adler-and-more.png': /checksum of the compressed pixels is wrong/,
    '8000x8000.jpg': /bytes are too few for 8000×8000 pixels/,
    '8000x8000.png': /promises 192008000 bytes of pixels, more than the \d+ compressed bytes give/,
    'arithmetic.jpg': /process 0xFFC9 \(lossless or arithmetic\)/,
    'beyond-palette.png': /palette index \d+ and the palette ends at 4/,
    'bomb.png': /inflates beyond the 52 bytes/,
    'checksum.png': /checksum of the IDAT chunk at byte 33 is wrong/,
    'code-of-ones.jpg': /Huffman table has too many codes of 3 bits/,
    'depth-3.png': /colour type 0 with 3 bits/,
    'long-interval.jpg': /DRI segment at byte \d+ has the wrong length/,
    'long-mean.jpg': /Huffman table has means of more than 15 bits/,
    'no-end.png': /ends at byte \d+, inside the chunk at byte \d+; it is cut off/,
    'no-palette.png': /there is no palette/,
    'no-such-filter.png': /promises 192 bytes|row 0 is filtered/,
    'reserved-marker.jpg': /marker 0xFFF0 stands at byte \d+, where no decoder knows it/,
    'short.png': /promises 754 bytes of pixels/,
    'skipped-bit.jpg': /scan at byte \d+ has the impossible band 1 to 63, bits 3 to 1/,
    'truncated.jpg': /inside the picture; it is cut off/,
    'truncated.png': /it is cut off/,
    'wide-mcu.jpg': /has 18 blocks in an MCU, where 10 are the most/,
    'without-end.jpg': /ends at byte \d+, .* it is cut off/,
  };

  it('has a sentence for every fixture', () => expect(Object.keys(sentences).sort()).toEqual([...refused].sort()));

  it.each(refused)('%s', async (name) => {
    const before = process.memoryUsage();
    const decoded = await decodeImage(readFixture(name))();
    const after = process.memoryUsage();
    if (E.isRight(decoded)) throw new Error(`${name} was read`);
    expect(decoded.left.message).toMatch(sentences[name] as RegExp);
    expect(decoded.left.message).toMatch(/^(PNG|JPEG): [^\n]+[^.\n]$/);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(67_108_864);
  });

  it.each([
    ['an empty file', [], /is empty/],
    ['a GIF', [0x47, 0x49, 0x46, 0x38, 0x39, 0x61], /is a GIF and not a JPEG or PNG/],
    ['text', [0x68, 0x69], /is something else/],
  ] as const)('%s', async (_, bytes, message) => {
    const decoded = await decodeImage(Uint8Array.from(bytes))();
    expect(E.isLeft(decoded) && decoded.left.message).toMatch(message);
  });

  it('a picture over the limit that the caller sets', async () => {
    const decoded = await decodeImage(readFixture('rgb-8.png'), { maxPixels: 100 })();
    expect(E.isLeft(decoded) && decoded.left.message).toMatch(/19×13 pixels, over the limit of 100/);
  });
});

describe('the two photographs', () => {
  it.each(['chelsea', 'coffee'])('%s keeps the pixels of its PNG', async (name) => {
    const decoded = right(await decodeImage(readFileSync(new URL(`../../data/${name}.png`, import.meta.url)))());
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(decoded.data.slice()).digest('hex');
    expect(hash).toBe(hashes[name as keyof typeof hashes]);
  });
});

/** SHA-256 of Pillow's `Image.open(f).convert('RGB').tobytes()`. */
const hashes = {
  chelsea: '416b729128bfb2c3d1eb69bf9b1734a796293abc17939267b2dc94f8a5784031',
  coffee: '0ce2b51640b9c95f19617f03eabf40c3f0368589cc1ee1190b70966165ac184f',
};
