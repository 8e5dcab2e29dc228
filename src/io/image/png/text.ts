import { inflateInto } from '../../bytes/inflate.ts';
import { says } from '../words.ts';
import type { PngChunk } from './chunks.ts';

/** Largest text that is inflated (Pillow: src/PIL/PngImagePlugin.py, `MAX_TEXT_CHUNK`). */
const MAX_TEXT_BYTES = 1_048_576;

/** The text of a chunk, as it stands in the file. */
export interface PngText {
  readonly packed: boolean;
  readonly data: Uint8Array;
}

/** The text in a tEXt, zTXt or iTXt chunk whose keyword is `keyword`. */
export const textOf = ({ type, data }: PngChunk, keyword: string): PngText | undefined => {
  if (!says(data, `${keyword}\0`)) return undefined;
  const at = keyword.length + 1;
  if (type === 'tEXt') return { packed: false, data: data.subarray(at) };
  if (type === 'zTXt') return data[at] === 0 ? { packed: true, data: data.subarray(at + 1) } : undefined;
  if (type !== 'iTXt') return undefined;
  const packed = data[at] !== 0;
  const language = data.indexOf(0, at + 2);
  const translation = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translation < 0 || (packed && data[at + 1] !== 0)) return undefined;
  return { packed, data: data.subarray(translation + 1) };
};

/** The bytes of a text; none when they are damaged or too many. */
export const unpacked = ({ packed, data }: PngText): Uint8Array => {
  if (!packed) return data;
  const out = new Uint8Array(MAX_TEXT_BYTES);
  const { filled, ending } = inflateInto(data, out, 'zlib');
  return ending === 'whole' || ending === 'cut' ? out.subarray(0, filled) : out.subarray(0, 0);
};

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

/** The value of a hexadecimal digit, -1 of anything else. */
const digitOf = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const small = byte | 32;
  return small >= 97 && small <= 102 ? small - 87 : -1;
};

/**
 * What ImageMagick writes as `Raw profile type exif`: an empty line, a name, a length, and then the bytes as hexadecimal digits. None when
 * anything else stands among them.
 */
export const rawProfile = (text: Uint8Array): Uint8Array => {
  let at = 0;
  for (let line = 0; line < 3; line++) at = text.indexOf(10, at) + 1 || text.length;
  const out = new Uint8Array((text.length - at) >> 1);
  let digits = 0;
  for (; at < text.length; at++) {
    if (isSpace(text[at] as number)) continue;
    const value = digitOf(text[at] as number);
    if (value < 0) return out.subarray(0, 0);
    out[digits >> 1] = ((out[digits >> 1] as number) << 4) | value;
    digits++;
  }
  return out.subarray(0, digits >> 1);
};
