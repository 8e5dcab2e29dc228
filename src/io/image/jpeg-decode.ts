import type * as TE from 'fp-ts/lib/TaskEither.js';
import { adoptImage, type Image } from '../../core/image/image.ts';
import { orient } from '../../core/image/orientation.ts';
import type { InputError } from '../error.ts';
import { attemptTask, refuse } from '../refusal.ts';
import { exifOrientation } from './exif.ts';
import { runJpegCodec, type Verdict } from './jpeg-codec.ts';
import { countScans, fewestBits, type JpegHeader, jpegHeader } from './jpeg-header.ts';
import { checkDeclared, type DecodeOptions } from './limits.ts';

/** A progressive file has about ten scans; thousands of empty ones only cost time. */
const MAX_SCANS = 200;

const checked = (bytes: Uint8Array, options: DecodeOptions): JpegHeader => {
  const header = jpegHeader(bytes);
  checkDeclared('JPEG', header.width, header.height, options);
  if (fewestBits(header) > (bytes.length - header.scan) * 8)
    return refuse(
      'JPEG',
      `${bytes.length} bytes are too few for ${header.width}×${header.height} pixels; the file is cut off or its header lies`,
    );
  const { scans, ended } = countScans(bytes, header.scan);
  if (!ended) return refuse('JPEG', `the file ends at byte ${bytes.length}, inside the picture; it is cut off`);
  if (scans > MAX_SCANS) return refuse('JPEG', `the picture has ${scans} scans, over the limit of ${MAX_SCANS}; save it again`);
  return header;
};

/** Warnings of the codec that cost no pixel; Pillow passes over them too. */
const harmless = /extraneous bytes before marker|unknown JFIF revision/;

const opaque = (header: JpegHeader, { decoded, said }: Verdict): Image => {
  if (decoded === null || (said !== undefined && !harmless.test(said)))
    return refuse('JPEG', `the picture cannot be decoded${said === undefined ? '' : ` (${said.trim()})`}; the file is damaged`);
  const { width, height, data } = decoded;
  if (width !== header.width || height !== header.height)
    return refuse('JPEG', `the header declares ${header.width}×${header.height} pixels and the picture has ${width}×${height}`);
  const out = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < out.length; from += 4) {
    out[to++] = data[from] as number;
    out[to++] = data[from + 1] as number;
    out[to++] = data[from + 2] as number;
  }
  return adoptImage(width, height, out);
};

/**
 * Decodes a baseline or progressive JPEG, grey or colour, to upright 8-bit RGB, as Pillow's `exif_transpose(Image.open(f)).convert('RGB')`.
 * CMYK, arithmetic and lossless coding are errors; so is damaged picture data, which Pillow passes over in silence.
 */
export const decodeJpeg = (bytes: Uint8Array, options: DecodeOptions = {}): TE.TaskEither<InputError, Image> =>
  attemptTask(async () => {
    const header = checked(bytes, options);
    return orient(opaque(header, await runJpegCodec(bytes)), header.exif === undefined ? 1 : exifOrientation(header.exif));
  });
