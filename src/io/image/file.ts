import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Image } from '../../core/image/image.ts';
import type { InputError } from '../error/error.ts';
import { quoted } from '../error/wording.ts';
import { readFile, writeWhole } from '../file/whole-file.ts';
import { type DecodeOptions, decodeImage, encodePng } from './decode.ts';

/** Largest file that is read: 256 MiB. */
const MAX_FILE_BYTES = 268_435_456;

/**
 * Reads a photograph, JPEG or PNG; see `decodeImage`.
 *
 * @returns the image, or one sentence that names the file and what is wrong with it
 * @example
 * await readImage('data/coffee.png')() // Right({ width: 600, height: 400, … })
 */
export const readImage = (path: string, options: DecodeOptions = {}): TE.TaskEither<InputError, Image> =>
  pipe(
    readFile(path, MAX_FILE_BYTES),
    TE.flatMap((bytes) =>
      pipe(
        decodeImage(bytes, options),
        TE.mapLeft((error) => ({ ...error, message: `${quoted(path)}: ${error.message}` })),
      ),
    ),
  );

/**
 * Writes an image as a PNG file, which appears whole or not at all.
 *
 * @example
 * await writePng('red.png', plain(8, 8, [255, 0, 0]))() // Right(undefined)
 */
export const writePng = (path: string, image: Image): TE.TaskEither<InputError, void> =>
  writeWhole(path, (sink) => sink.write(encodePng(image)));
