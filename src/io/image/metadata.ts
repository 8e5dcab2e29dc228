import type { Orientation } from '../../core/image/orientation.ts';
import { exifOrientation, orientationOf } from './exif.ts';

/** What a file says about its picture, of which the orientation is used. */
export interface Metadata {
  readonly exif?: Uint8Array | undefined;
  readonly xmp?: Uint8Array | undefined;
}

/** Most of an XMP packet that is searched (Pillow: src/PIL/PngImagePlugin.py, `MAX_TEXT_MEMORY`). */
const MAX_XMP_BYTES = 67_108_864;

/** The orientation that an XMP packet states. Pillow finds it by its spelling, without reading the XML (src/PIL/Image.py, `getexif`). */
const xmpOrientation = (xmp: Uint8Array): Orientation | undefined => {
  const [, digit] = /tiff:Orientation(?:="|>)([0-9])/.exec(new TextDecoder('latin1').decode(xmp.subarray(0, MAX_XMP_BYTES))) ?? [];
  return digit === undefined ? undefined : orientationOf(Number(digit));
};

/** EXIF first, XMP when EXIF states none, upright when neither does (Pillow: src/PIL/ImageOps.py, `exif_transpose`). */
export const orientation = ({ exif, xmp }: Metadata): Orientation => (exif && exifOrientation(exif)) ?? (xmp && xmpOrientation(xmp)) ?? 1;
