import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Image } from '../../core/image/image.ts';
import { type InputError, inputError } from '../error/error.ts';
import { decodeJpeg } from './jpeg/decode.ts';
import type { DecodeOptions } from './limits.ts';
import { PNG_SIGNATURE } from './png/chunks.ts';
import { decodePng } from './png/decode.ts';

export type { DecodeOptions } from './limits.ts';
export { encodePng } from './png/encode.ts';

const starts = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte);

/** Formats that people have and that are not read, so that the message can name them. */
const others: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['a GIF', [0x47, 0x49, 0x46, 0x38]],
  ['a WebP or another RIFF file', [0x52, 0x49, 0x46, 0x46]],
  ['a TIFF', [0x49, 0x49, 42, 0]],
  ['a TIFF', [0x4d, 0x4d, 0, 42]],
  ['a BMP', [0x42, 0x4d]],
];

/**
 * A photograph from the bytes of a JPEG or PNG file, told apart by their first bytes: upright (EXIF orientation applied), 8-bit RGB, the
 * bytes that Pillow's `exif_transpose(Image.open(f)).convert('RGB')` gives. See `decodePng` and `decodeJpeg` for where that is stricter.
 * Size limits are checked on the header, before memory is allocated for the pixels.
 *
 * @returns the image, or one sentence that says what is wrong with the file
 * @example
 * await pipe(readFile('data/chelsea.png', 1e6), TE.chain((bytes) => decodeImage(bytes)))()
 * // Right({ width: 451, height: 300, … })
 */
export const decodeImage = (bytes: Uint8Array, options: DecodeOptions = {}): TE.TaskEither<InputError, Image> => {
  if (starts(bytes, PNG_SIGNATURE)) return TE.fromEither(decodePng(bytes, options));
  if (starts(bytes, [0xff, 0xd8, 0xff])) return TE.fromEither(decodeJpeg(bytes, options));
  const found = bytes.length === 0 ? 'empty' : (others.find(([, magic]) => starts(bytes, magic))?.[0] ?? 'something else');
  return TE.left(inputError('image', `the file is ${found} and not a JPEG or PNG; convert it to one of these`));
};
