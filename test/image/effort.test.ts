import { deflateSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { plain } from '../../src/core/image/image.ts';
import { decodeImage, encodePng } from '../../src/io/image/decode.ts';
import { crc32 } from '../../src/io/image/png/crc32.ts';
import { measured } from '../io/allocation.ts';

/*
 * Files that are small or dull for their length, and would take minutes or gigabytes where work grew with anything but their length.
 */

const chunk = (type: string, data: Uint8Array): Buffer => {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out, 4, data.length + 8), data.length + 8);
  return out;
};

/** A PNG of one row of `width` pixels, with these chunks behind the header. */
const png = (width: number, ...chunks: readonly Uint8Array[]): Buffer => {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  return Buffer.concat([
    encodePng(plain(1, 1, [0, 0, 0])).subarray(0, 8),
    chunk('IHDR', header),
    ...chunks,
    chunk('IEND', new Uint8Array(0)),
  ]);
};

const times = (piece: Buffer, count: number): Buffer => Buffer.alloc(piece.length * count, piece);
const row = (width: number): Buffer => Buffer.alloc(3 * width + 1);
const isRead = async (file: Buffer): Promise<boolean> => E.isRight(await decodeImage(file)());
/** How much memory is taken to read a file, all buffers together, over the length of the file. What copies a file again and again takes thousands. */
const taken = async (file: Buffer): Promise<number> => {
  const { value, total } = await measured(() => isRead(file));
  expect(value).toBe(true);
  return total / file.length;
};

describe('a PNG takes time and memory by its length', () => {
  it('with 32 MiB behind the end of its compressed data', async () => {
    const file = png(1, chunk('IDAT', Buffer.concat([deflateSync(row(1)), Buffer.alloc(33_554_432)])));
    expect(await taken(file)).toBeLessThan(2);
  });

  it('in chunks of one byte', async () => {
    const compressed = deflateSync(row(100_000), { level: 0 });
    const file = png(100_000, Buffer.concat(Array.from(compressed, (byte) => chunk('IDAT', Buffer.of(byte)))));
    expect(await taken(file)).toBeLessThan(2);
  });

  it('with two million empty chunks', async () => {
    const nothing = [times(chunk('tEXt', new Uint8Array(0)), 1_000_000), times(chunk('IDAT', new Uint8Array(0)), 1_000_000)];
    const file = png(1, ...nothing, chunk('IDAT', deflateSync(row(1))));
    const before = process.resourceUsage().maxRSS;
    expect(await isRead(file)).toBe(true);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(131_072);
  });
});

/** A progressive JPEG, grey, whose means are all 0 and whose other coefficients get `refinements` scans in which all blocks have ended. */
const scans = (side: number, refinements: number): Buffer => {
  const segment = (marker: number, ...data: readonly number[]): Buffer =>
    Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data]);
  const blocks = (side / 8) ** 2;
  const table = (kind: number, symbol: number) => segment(0xc4, kind, 1, ...new Array<number>(15).fill(0), symbol);
  const scan = (from: number, to: number, bits: number) => segment(0xda, 1, 1, 0, from, to, bits);
  /** Runs of 16,384 ended blocks: a code of one bit and 14 bits, all zero. */
  const ended = Buffer.alloc(Math.ceil((Math.ceil(blocks / 16_384) * 15) / 8));
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, 0, ...new Array<number>(64).fill(1)),
    segment(0xc2, 8, side >> 8, side & 255, side >> 8, side & 255, 1, 1, 0x11, 0),
    table(0, 0),
    table(0x10, 0xe0),
    scan(0, 0, 0),
    Buffer.alloc(blocks / 8),
    scan(1, 63, 1),
    ended,
    ...Array.from({ length: refinements }, () => [scan(1, 63, 0x10), ended]).flat(),
    Buffer.of(0xff, 0xd9),
  ]);
};

describe('a JPEG is gone over', () => {
  it('so often that every bit can be sent', async () => expect(await isRead(scans(2048, 14))).toBe(true));
  it('not without end', async () => {
    const decoded = await decodeImage(scans(2048, 15))();
    expect(E.isLeft(decoded) && decoded.left.message).toMatch(/^JPEG: the scans go over the picture more than 16 times/);
  });
  it('as often as it says when it is small', async () => expect(await isRead(scans(64, 150))).toBe(true));
});
