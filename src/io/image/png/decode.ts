import type * as E from 'fp-ts/lib/Either.js';
import { adoptImage, type Image } from '../../../core/image/image.ts';
import { orient } from '../../../core/image/orientation.ts';
import type { InputError } from '../../error/error.ts';
import { attempt, refuse } from '../../error/refusal.ts';
import { checkDeclared, type DecodeOptions } from '../limits.ts';
import { orientation } from '../metadata.ts';
import { chunkAt, PNG_SIGNATURE } from './chunks.ts';
import { contentsFrom, type PngContents } from './contents.ts';
import { unfilter } from './filter.ts';
import { type PngHeader, pngHeader } from './header.ts';
import { inflate } from './inflate.ts';
import { inflatedSize, type PngPass, pngPasses } from './passes.ts';

const checkedPalette = (colours: Uint8Array | undefined): Uint8Array => {
  if (colours === undefined) return refuse('PNG', 'the pixels are palette indices and there is no palette (PLTE chunk)');
  const { length } = colours;
  if (length === 0 || length % 3 !== 0 || length > 768)
    return refuse('PNG', `the palette has ${length} bytes; it must have 3 for each of 1 to 256 colours`);
  return colours;
};

/** Writes the pixels of one pass, whose unfiltered rows start at `start`, into `out`. @returns the largest palette index met */
const place = (header: PngHeader, pass: PngPass, data: Uint8Array, start: number, colours: Uint8Array, out: Uint8Array): number => {
  const { depth, samples, indexed } = header;
  const largest = depth < 8 ? (1 << depth) - 1 : 255;
  const toByte = depth < 8 && !indexed ? 255 / largest : 1;
  const sampleBytes = depth === 16 ? 2 : 1;
  const [green, blue] = samples < 3 ? [0, 0] : [sampleBytes, 2 * sampleBytes];
  let highest = 0;
  for (let i = 0; i < pass.height; i++) {
    const row = start + i * (pass.rowBytes + 1) + 1;
    for (let j = 0; j < pass.width; j++) {
      const at = ((pass.top + i * pass.down) * header.width + pass.left + j * pass.right) * 3;
      if (depth === 16 && samples === 1) {
        const p = row + 2 * j;
        out.fill(data[p] === 0 ? (data[p + 1] as number) : 255, at, at + 3);
      } else if (samples > 1 || depth >= 8) {
        const p = row + j * samples * sampleBytes;
        out[at] = data[p] as number;
        out[at + 1] = data[p + green] as number;
        out[at + 2] = data[p + blue] as number;
      } else {
        const bit = j * depth;
        const value = ((data[row + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & largest;
        out[at] = value * toByte;
        out[at + 1] = value * toByte;
        out[at + 2] = value * toByte;
      }
      if (indexed) {
        const index = out[at] as number;
        highest = Math.max(highest, index);
        out[at] = colours[index * 3] as number;
        out[at + 1] = colours[index * 3 + 1] as number;
        out[at + 2] = colours[index * 3 + 2] as number;
      }
    }
  }
  return highest;
};

const pixels = (header: PngHeader, { palette, compressed }: PngContents): Image => {
  const colours = header.indexed ? checkedPalette(palette) : new Uint8Array(0);
  const passes = pngPasses(header);
  const rows = inflate('PNG', compressed, inflatedSize(passes));
  const out = new Uint8Array(header.width * header.height * 3);
  let start = 0;
  for (const pass of passes) {
    const bad = unfilter(rows, start, pass.height, pass.rowBytes, Math.max(1, (header.depth * header.samples) >> 3));
    if (bad >= 0) return refuse('PNG', `row ${bad} is filtered in a way that PNG does not have; the file is damaged`);
    const highest = place(header, pass, rows, start, colours, out);
    if (header.indexed && highest * 3 >= colours.length)
      return refuse('PNG', `a pixel has palette index ${highest} and the palette ends at ${colours.length / 3 - 1}`);
    start += pass.height * (pass.rowBytes + 1);
  }
  return adoptImage(header.width, header.height, out);
};

/**
 * Decodes a PNG of any colour type and depth, interlaced or not, to upright 8-bit RGB, as Pillow's
 * `exif_transpose(Image.open(f)).convert('RGB')`: alpha and transparent colours are dropped, gamma and colour profiles are not applied,
 * 16-bit colour keeps its high byte, and 16-bit grey is clipped: all above 255 is white, which is what Pillow gave the models that were trained
 * with it. An animation gives its still image.
 *
 * Differs from Pillow in what it refuses: a palette index without a colour, a missing palette, surplus pixel data, a missing IEND and
 * any wrong checksum are errors. Bytes between the end of the compressed data and the end of its chunk are not, as in Pillow. Metadata that
 * makes no sense is passed over, where Pillow refuses some.
 */
export const decodePng = (bytes: Uint8Array, options: DecodeOptions = {}): E.Either<InputError, Image> =>
  attempt(() => {
    const header = pngHeader(chunkAt(bytes, PNG_SIGNATURE.length));
    checkDeclared('PNG', header.width, header.height, options);
    const contents = contentsFrom(bytes, PNG_SIGNATURE.length);
    return orient(pixels(header, contents), orientation(contents.metadata));
  });
