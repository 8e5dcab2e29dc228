import type * as E from 'fp-ts/lib/Either.js';
import { adoptImage, type Image } from '../../core/image/image.ts';
import { orient } from '../../core/image/orientation.ts';
import type { InputError } from '../error.ts';
import { attempt, refuse } from '../refusal.ts';
import { exifOrientation } from './exif.ts';
import type { Part, Scan } from './jpeg-blocks.ts';
import { colourSpace, painters } from './jpeg-colour.ts';
import { type Component, type Frame, fewestBits, frame, isFrame } from './jpeg-frame.ts';
import { samples } from './jpeg-idct.ts';
import { readScan } from './jpeg-scan.ts';
import { EOI, hex, nextMarker, type Segment, SOS, segmentAt } from './jpeg-segments.ts';
import { defineCodes, defineSteps, type Tables } from './jpeg-tables.ts';
import { rowReader } from './jpeg-upsample.ts';
import { checkDeclared, type DecodeOptions } from './limits.ts';

/** A progressive file has about ten scans; thousands of empty ones only cost time. */
const MAX_SCANS = 200;
const [DHT, DQT, DRI, APP0, APP1, APP14] = [0xc4, 0xdb, 0xdd, 0xe0, 0xe1, 0xee];

const fail = (message: string): never => refuse('JPEG', message);

/** A component while scans add to it; `steps` are those that hold at its first scan. */
interface Plane {
  readonly component: Component;
  readonly coefficients: Int16Array;
  steps?: Uint16Array;
}

/** What is known of a file so far. */
interface Progress {
  readonly tables: Tables;
  frame?: Frame;
  planes: readonly Plane[];
  scans: number;
  restartInterval: number;
  jfif: boolean;
  adobe?: number;
  exif?: Uint8Array;
}

const says = (data: Uint8Array, word: string): boolean => [...word].every((letter, i) => data[i] === letter.charCodeAt(0));

const start = (progress: Progress, segment: Segment, bytes: Uint8Array, options: DecodeOptions): void => {
  if (progress.frame !== undefined) fail(`a second frame header stands at byte ${segment.at}; the file is damaged`);
  const read = frame(segment);
  checkDeclared('JPEG', read.width, read.height, options);
  if (fewestBits(read) > (bytes.length - segment.end) * 8)
    fail(`${bytes.length} bytes are too few for ${read.width}×${read.height} pixels; the file is cut off or its header lies`);
  progress.frame = read;
  progress.planes = read.components.map((component) => ({
    component,
    coefficients: new Int16Array(component.columns * component.rows * 64),
  }));
};

/** Reads a scan header (T.81, B.2.3). */
const scanOf = ({ planes, tables, restartInterval }: Progress, { at, data }: Segment): Scan => {
  const count = data[0] ?? 0;
  if (count < 1 || count > planes.length || data.length !== 4 + 2 * count)
    return fail(`the scan header at byte ${at} has the wrong length; the file is damaged`);
  const parts = Array.from({ length: count }, (_, i): Part => {
    const [id, numbers] = [data[1 + 2 * i], data[2 + 2 * i] as number];
    const plane = planes.find(({ component }) => component.id === id);
    if (plane === undefined) return fail(`the scan at byte ${at} has component ${id}, which the picture has not; the file is damaged`);
    plane.steps ??= tables.steps.get(plane.component.table) ?? fail('a component uses a quantisation table that the file does not define');
    return {
      component: plane.component,
      coefficients: plane.coefficients,
      dc: tables.dc.get(numbers >> 4),
      ac: tables.ac.get(numbers & 15),
    };
  });
  if (new Set(parts.map(({ component }) => component.id)).size !== count)
    return fail(`the scan at byte ${at} has a component twice; the file is damaged`);
  const [from, to, approximation] = data.subarray(1 + 2 * count) as unknown as readonly [number, number, number];
  return { parts, from, to, refines: approximation >> 4 > 0, low: approximation & 15, restartInterval };
};

/** Takes in one segment. @returns the byte at which the next one is looked for */
const take = (progress: Progress, segment: Segment, bytes: Uint8Array, options: DecodeOptions): number => {
  const { marker, at, data, end } = segment;
  if (isFrame(marker)) start(progress, segment, bytes, options);
  else if (marker === DHT) defineCodes(progress.tables, data);
  else if (marker === DQT) defineSteps(progress.tables, data);
  else if (marker === DRI) progress.restartInterval = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  else if (marker === APP0 && data.length >= 14 && says(data, 'JFIF\0')) progress.jfif = true;
  else if (marker === APP1 && data.length > 6 && says(data, 'Exif\0')) progress.exif ??= data.subarray(6);
  else if (marker === APP14 && data.length >= 12 && says(data, 'Adobe')) progress.adobe = data[11] as number;
  else if (marker === SOS) {
    if (progress.frame === undefined)
      return fail(`a scan starts at byte ${at} and no frame header says how large the picture is; the file is damaged`);
    if (++progress.scans > MAX_SCANS) return fail(`the picture has more than ${MAX_SCANS} scans; save it again`);
    return nextMarker(bytes, readScan(bytes, end, progress.frame, scanOf(progress, segment)));
  } else if (marker === 0xd8) fail(`marker ${hex(marker)} stands at byte ${at}, inside the picture; the file is damaged`);
  return end;
};

const paint = ({ frame: read, planes, jfif, adobe }: Progress): Image => {
  if (read === undefined) return fail('the file ends before any picture; it is damaged');
  const { width, height, across, mcuColumns } = read;
  const rows = planes.map(() => new Uint8ClampedArray(mcuColumns * 8 * across));
  const readers = planes.map(({ component, coefficients, steps }) =>
    steps === undefined
      ? fail(`component ${component.id} of the picture is missing; the file is damaged`)
      : rowReader(read, component, samples(coefficients, steps, component.columns, component.rows)),
  );
  const painter =
    painters[
      colourSpace(
        planes.map(({ component }) => component.id),
        jfif,
        adobe,
      )
    ];
  const out = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (const [i, reader] of readers.entries()) reader(y, rows[i] as Uint8ClampedArray);
    painter(rows, width, out, y * width * 3);
  }
  return adoptImage(width, height, new Uint8Array(out.buffer));
};

/**
 * Decodes a JPEG (baseline, extended or progressive; grey, colour or CMYK; any sampling) to upright 8-bit RGB: the bytes of Pillow's
 * `exif_transpose(Image.open(f)).convert('RGB')` with libjpeg-turbo, colour profiles not applied.
 *
 * Stricter than Pillow: damaged picture data and missing components are errors, and so are arithmetic and lossless coding and 12 bits.
 * A progressive file that never sends its last bits is shown as it is, where libjpeg smooths it.
 */
export const decodeJpeg = (bytes: Uint8Array, options: DecodeOptions = {}): E.Either<InputError, Image> =>
  attempt(() => {
    const progress: Progress = {
      tables: { steps: new Map(), dc: new Map(), ac: new Map() },
      planes: [],
      scans: 0,
      restartInterval: 0,
      jfif: false,
    };
    for (let segment = segmentAt(bytes, 2); segment.marker !== EOI; segment = segmentAt(bytes, take(progress, segment, bytes, options)));
    return orient(paint(progress), progress.exif === undefined ? 1 : exifOrientation(progress.exif));
  });
