import type * as E from 'fp-ts/lib/Either.js';
import type { Image } from '../../../core/image/image.ts';
import { orient } from '../../../core/image/orientation.ts';
import type { InputError } from '../../error/error.ts';
import { attempt, refuse } from '../../error/refusal.ts';
import { type Gathered, gather } from '../gather.ts';
import { checkDeclared, type DecodeOptions } from '../limits.ts';
import { orientation } from '../metadata.ts';
import { says } from '../words.ts';
import { colourSpace } from './colour.ts';
import { type Frame, fewestBits, frame, isFrame } from './frame.ts';
import { paint } from './paint.ts';
import { blocksOf, readScan } from './scan.ts';
import { type Plane, scanOf } from './scan-header.ts';
import { EOI, hex, isPassedOver, nextMarker, type Segment, SOS, segmentAt } from './segments.ts';
import { defineCodes, defineSteps, type Tables } from './tables.ts';

/** A progressive file has about ten scans; thousands of empty ones only cost time. */
const MAX_SCANS = 200;
/**
 * How often scans may read each block, on average. Encoders' own scripts need up to 6 for a component (libjpeg-turbo: jcparam.c,
 * `jpeg_simple_progression`), and a scan without news takes one bit for a thousand blocks. In a small picture that costs no time.
 */
const MAX_READS = 16;
const FREE_READS = 1_048_576;
const [DHT, DQT, DRI, APP0, APP1, APP14] = [0xc4, 0xdb, 0xdd, 0xe0, 0xe1, 0xee];
const [EXIF, XMP] = ['Exif\0\0', 'http://ns.adobe.com/xap/1.0/\0'];

const fail = (message: string): never => refuse('JPEG', message);

/** What is known of a file so far. */
interface Progress {
  readonly tables: Tables;
  frame?: Frame;
  planes: readonly Plane[];
  scans: number;
  /** Blocks that all scans so far have read. */
  reads: number;
  restartInterval: number;
  jfif: boolean;
  adobe?: number;
  readonly exif: Gathered;
  xmp?: Uint8Array;
}

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

/** Reads the scan whose header is `segment`. @returns the byte behind it */
const scan = (progress: Progress, segment: Segment, bytes: Uint8Array): number => {
  const { frame: read, planes, tables, restartInterval } = progress;
  if (read === undefined)
    return fail(`a scan starts at byte ${segment.at} and no frame header says how large the picture is; the file is damaged`);
  if (++progress.scans > MAX_SCANS) return fail(`the picture has more than ${MAX_SCANS} scans; save it again`);
  const next = scanOf(read, planes, tables, restartInterval, segment);
  progress.reads += blocksOf(read, next);
  const blocks = planes.reduce((sum, { coefficients }) => sum + coefficients.length / 64, 0);
  if (progress.reads > Math.max(FREE_READS, MAX_READS * blocks))
    return fail(`the scans go over the picture more than ${MAX_READS} times, which no encoder needs; save it again`);
  return readScan(bytes, segment.end, read, next);
};

/**
 * What an application segment is for, its first bytes tell. Metadata counts before the first scan (Pillow: src/PIL/JpegImagePlugin.py,
 * `_open` and `APP`).
 */
const takeApplication = (progress: Progress, { marker, data }: Segment): void => {
  if (marker === APP0 && data.length >= 14 && says(data, 'JFIF\0')) progress.jfif = true;
  if (marker === APP14 && data.length >= 12 && says(data, 'Adobe')) progress.adobe = data[11] as number;
  if (marker !== APP1 || progress.scans > 0) return;
  if (says(data, EXIF)) progress.exif.add(data.subarray(EXIF.length));
  if (says(data, XMP)) progress.xmp = data.subarray(XMP.length);
};

/** Takes in one segment. @returns the byte at which the next one is looked for */
const take = (progress: Progress, segment: Segment, bytes: Uint8Array, options: DecodeOptions): number => {
  const { marker, at, data, end } = segment;
  if (isFrame(marker)) start(progress, segment, bytes, options);
  else if (marker === DHT) defineCodes(progress.tables, data);
  else if (marker === DQT) defineSteps(progress.tables, data);
  else if (marker === DRI) {
    if (data.length !== 2) return fail(`the DRI segment at byte ${at} has the wrong length; the file is damaged`);
    progress.restartInterval = ((data[0] as number) << 8) | (data[1] as number);
  } else if (marker === SOS) return nextMarker(bytes, scan(progress, segment, bytes));
  else if (isPassedOver(marker)) takeApplication(progress, segment);
  else return fail(`marker ${hex(marker)} stands at byte ${at}, where no decoder knows it; the file is damaged`);
  return end;
};

/**
 * Decodes a JPEG (baseline, extended or progressive; grey, colour or CMYK; any sampling) to upright 8-bit RGB: the bytes of Pillow's
 * `exif_transpose(Image.open(f)).convert('RGB')` with libjpeg-turbo, colour profiles not applied.
 *
 * Stricter than Pillow: damaged picture data and missing components are errors, and so are arithmetic and lossless coding and 12 bits,
 * and a large picture that scans go over again and again. Metadata that makes no sense is passed over, where Pillow refuses some.
 * A progressive file that never sends its last bits is shown as it is, where libjpeg smooths it.
 */
export const decodeJpeg = (bytes: Uint8Array, options: DecodeOptions = {}): E.Either<InputError, Image> =>
  attempt(() => {
    const progress: Progress = {
      tables: { steps: new Map(), dc: new Map(), ac: new Map() },
      planes: [],
      scans: 0,
      reads: 0,
      restartInterval: 0,
      jfif: false,
      exif: gather(),
    };
    for (let segment = segmentAt(bytes, 2); segment.marker !== EOI; segment = segmentAt(bytes, take(progress, segment, bytes, options)));
    const { frame: read, planes, jfif, adobe, exif, xmp } = progress;
    if (read === undefined) return fail('the file ends before any picture; it is damaged');
    const ids = planes.map(({ component }) => component.id);
    return orient(paint(read, planes, colourSpace(ids, jfif, adobe)), orientation({ exif: exif.bytes(), xmp }));
  });
