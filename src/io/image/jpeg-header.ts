import { refuse } from '../refusal.ts';

interface Sampling {
  readonly across: number;
  readonly down: number;
}

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: readonly Sampling[];
  readonly progressive: boolean;
  /** The TIFF structure of the EXIF segment. */
  readonly exif?: Uint8Array;
  /** Byte at which the first scan's SOS marker stands. */
  readonly scan: number;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;

const hex = (marker: number): string => `0xFF${marker.toString(16).toUpperCase().padStart(2, '0')}`;
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
/** Markers that no length follows: TEM and the restarts. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
const fail = (message: string): never => refuse('JPEG', message);

type Frame = Pick<JpegHeader, 'width' | 'height' | 'components' | 'progressive'>;

const frame = (marker: number, data: Uint8Array): Frame => {
  if (marker > 0xc2)
    return fail(`the picture is coded by process ${hex(marker)} (lossless or arithmetic), and only baseline and progressive can be read`);
  const count = data[5] ?? 0;
  if (data.length < 6 || data.length !== 6 + 3 * count) return fail('the frame header has the wrong length; the file is damaged');
  if (data[0] !== 8) return fail(`samples have ${data[0]} bits, and only 8 can be read`);
  if (count === 4) return fail('the picture is CMYK, which cannot be read; convert it to RGB first');
  if (count !== 1 && count !== 3) return fail(`the picture has ${count} components, and only 1 (grey) and 3 (colour) can be read`);
  const components = Array.from({ length: count }, (_, i) => {
    const factors = data[7 + 3 * i] as number;
    return { across: factors >> 4, down: factors & 15 };
  });
  if (components.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4))
    return fail('a sampling factor is not in 1 to 4; the file is damaged');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return { width: view.getUint16(3), height: view.getUint16(1), components, progressive: marker === 0xc2 };
};

/** `Exif\0` and one more byte, as Pillow asks. */
const isExif = (data: Uint8Array): boolean => data.length > 6 && [0x45, 0x78, 0x69, 0x66, 0].every((byte, i) => data[i] === byte);

/**
 * Walks the segments before the first scan: size, components and EXIF, nothing decoded.
 *
 * @see ITU-T T.81, Annex B
 */
export const jpegHeader = (bytes: Uint8Array): JpegHeader => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let found: Frame | undefined;
  let exif: Uint8Array | undefined;
  for (let at = 2; ; ) {
    if (at + 1 < bytes.length && bytes[at] !== 0xff) return fail(`there is no marker at byte ${at}; the file is damaged`);
    while (bytes[at + 1] === 0xff) at++;
    if (at + 4 > bytes.length) return fail(`the file ends at byte ${bytes.length}, before any picture; it is cut off`);
    const marker = bytes[at + 1] as number;
    if (isBare(marker)) {
      at += 2;
      continue;
    }
    if (marker === 0 || marker === SOI || marker === EOI)
      return fail(`marker ${hex(marker)} stands at byte ${at}, before any picture; the file is damaged`);
    if (marker === SOS)
      return found === undefined
        ? fail(`a scan starts at byte ${at} and no frame header says how large the picture is; the file is damaged`)
        : { ...found, ...(exif === undefined ? {} : { exif }), scan: at };
    const end = at + 2 + view.getUint16(at + 2);
    if (end < at + 4) return fail(`the segment at byte ${at} has an impossible length; the file is damaged`);
    if (end > bytes.length) return fail(`the file ends at byte ${bytes.length}, inside the segment at byte ${at}; it is cut off`);
    const data = bytes.subarray(at + 4, end);
    if (isFrame(marker)) {
      if (found !== undefined) return fail(`a second frame header stands at byte ${at}; the file is damaged`);
      found = frame(marker, data);
    } else if (marker === APP1 && exif === undefined && isExif(data)) exif = data.subarray(6);
    at = end;
  }
};

/** The least number of bits that the scans of a picture can have: one a block for its mean, and one more in a baseline file. */
export const fewestBits = ({ width, height, components, progressive }: JpegHeader): number => {
  const most = (side: keyof Sampling): number => components.reduce((max, component) => Math.max(max, component[side]), 1);
  const [across, down] = [most('across'), most('down')];
  const blocks = components.reduce(
    (sum, c) => sum + Math.ceil((width * c.across) / (8 * across)) * Math.ceil((height * c.down) / (8 * down)),
    0,
  );
  return progressive ? blocks : 2 * blocks;
};

/** How many scans follow byte `at`, where the first stands, and whether the file comes to its end marker. */
export const countScans = (bytes: Uint8Array, at: number): { readonly scans: number; readonly ended: boolean } => {
  let scans = 0;
  for (let i = at; i + 1 < bytes.length; ) {
    const marker = bytes[i + 1] as number;
    if (bytes[i] !== 0xff || marker === 0xff) i++;
    else if (marker === 0 || isBare(marker)) i += 2;
    else if (marker === EOI) return { scans, ended: true };
    else {
      if (marker === SOS) scans++;
      i += 2 + Math.max(2, ((bytes[i + 2] ?? 0) << 8) | (bytes[i + 3] ?? 0));
    }
  }
  return { scans, ended: false };
};
