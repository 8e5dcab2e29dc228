import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { image, plain } from '../../src/core/image/image.ts';
import { decodeImage, encodePng } from '../../src/io/image/decode.ts';
import { readImage, writePng } from '../../src/io/image/file.ts';
import { right } from '../support/right.ts';
import { fixture } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'deit-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

const images = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }).map((data) => image(width, height, data)),
  );

describe('encodePng', () => {
  it('is undone by decodeImage', () =>
    fc.assert(
      fc.asyncProperty(images, async (picture) => {
        const back = right(await decodeImage(encodePng(picture))());
        expect([back.width, back.height, ...back.data]).toEqual([picture.width, picture.height, ...picture.data]);
      }),
    ));
});

describe('files', () => {
  it('writes a picture that reads back, and leaves nothing else', async () => {
    const path = join(folder, 'red.png');
    const picture = plain(3, 2, [255, 0, 0]);
    expect(E.isRight(await writePng(path, picture)())).toBe(true);
    const back = await readImage(path)();
    expect(E.isRight(back) && [...back.right.data]).toEqual([...picture.data]);
    expect(readdirSync(folder).filter((name) => name.startsWith('red'))).toEqual(['red.png']);
  });
  it('reads a JPEG', async () => {
    const read = await readImage(fileURLToPath(fixture('photograph.jpg')))();
    expect(E.isRight(read) && read.right.width).toBe(120);
  });
  it('keeps the old file when the new one cannot be written', async () => {
    writeFileSync(join(folder, 'keep.png'), 'old');
    const written = await writePng(join(folder, 'keep.png', 'below'), plain(1, 1, [0, 0, 0]))();
    expect(E.isLeft(written) && written.left.format).toBe('file');
    expect(readFileSync(join(folder, 'keep.png'), 'utf8')).toBe('old');
  });
  it.each([
    ['no-such-file.png', /no-such-file\.png.*no such file/],
    ['.', /not an ordinary file/],
  ])('says what is wrong with %s', async (name, message) => {
    const read = await readImage(join(folder, name))();
    expect(E.isLeft(read) && read.left.message).toMatch(message);
  });
  it('names the file whose content is wrong', async () => {
    const read = await readImage(fileURLToPath(fixture('truncated.jpg')))();
    expect(E.isLeft(read) && read.left.message).toMatch(/truncated\.jpg": JPEG: the file ends at byte/);
  });
});
