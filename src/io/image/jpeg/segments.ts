import { refuse } from '../../error/refusal.ts';

export interface Segment {
  /** Second byte of the marker: 0xC0 for 0xFFC0. */
  readonly marker: number;
  /** Byte at which the marker stands. */
  readonly at: number;
  /** What follows the length; empty for a marker that has none. */
  readonly data: Uint8Array;
  /** First byte behind the segment. */
  readonly end: number;
}

export const EOI = 0xd9;
export const SOS = 0xda;

/** Markers that no length follows: TEM, the restarts, start and end of the image. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= EOI);

/**
 * Markers of segments that tell nothing needed: TEM, restarts out of place, DAC, DNL, the application segments, COM. All that are not
 * known are refused (libjpeg-turbo: jdmarker.c, `read_markers`).
 */
export const isPassedOver = (marker: number): boolean =>
  marker === 0x01 ||
  (marker >= 0xd0 && marker <= 0xd7) ||
  marker === 0xcc ||
  marker === 0xdc ||
  (marker >= 0xe0 && marker <= 0xef) ||
  marker === 0xfe;

/** How a marker is written: `0xFFC0`. */
export const hex = (marker: number): string => `0xFF${marker.toString(16).toUpperCase().padStart(2, '0')}`;

/** The segment whose marker stands at byte `start` (fill bytes before it are allowed). */
export const segmentAt = (bytes: Uint8Array, start: number): Segment => {
  let at = start;
  const cutOff = () => refuse('JPEG', `the file ends at byte ${bytes.length}, inside or before the segment at byte ${at}; it is cut off`);
  if (at + 1 >= bytes.length) return cutOff();
  if (bytes[at] !== 0xff) return refuse('JPEG', `there is no marker at byte ${at}; the file is damaged`);
  while (bytes[at + 1] === 0xff) at++;
  const marker = bytes[at + 1];
  if (marker === undefined) return cutOff();
  if (marker === 0) return refuse('JPEG', `there is no marker at byte ${at}; the file is damaged`);
  if (isBare(marker)) return { marker, at, data: bytes.subarray(at, at), end: at + 2 };
  if (at + 4 > bytes.length) return cutOff();
  const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
  const end = at + 2 + length;
  if (length < 2) return refuse('JPEG', `the segment at byte ${at} has an impossible length; the file is damaged`);
  if (end > bytes.length) return cutOff();
  return { marker, at, data: bytes.subarray(at + 4, end), end };
};

/** The first marker at or after byte `start`; bytes between a scan and the marker after it are passed over, as other decoders do. */
export const nextMarker = (bytes: Uint8Array, start: number): number => {
  let at = start;
  while (at + 1 < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff)) at++;
  return at;
};
