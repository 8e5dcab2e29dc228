import type { Orientation } from '../../core/image/orientation.ts';
import { says } from './words.ts';

const TAG = 0x0112;

/** The first value of a field. */
type First = (view: DataView, at: number, little: boolean) => number;

/** Pillow makes no number of bytes and text, so that they are not an orientation. */
const noNumber: First = () => Number.NaN;
const u32: First = (view, at, little) => view.getUint32(at, little);
const i32: First = (view, at, little) => view.getInt32(at, little);

/** The field types that Pillow reads: bytes of a value, and how it is read (Pillow: src/PIL/TiffImagePlugin.py, `_load_dispatch`). */
const types: Readonly<Record<number, readonly [bytes: number, first: First]>> = {
  1: [1, noNumber],
  2: [1, noNumber],
  3: [2, (view, at, little) => view.getUint16(at, little)],
  4: [4, u32],
  5: [8, (view, at, little) => u32(view, at, little) / u32(view, at + 4, little)],
  6: [1, (view, at) => view.getInt8(at)],
  7: [1, noNumber],
  8: [2, (view, at, little) => view.getInt16(at, little)],
  9: [4, i32],
  10: [8, (view, at, little) => i32(view, at, little) / i32(view, at + 4, little)],
  11: [4, (view, at, little) => view.getFloat32(at, little)],
  12: [8, (view, at, little) => view.getFloat64(at, little)],
  13: [4, u32],
  16: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};

/** How a TIFF structure may start (Pillow: src/PIL/TiffImagePlugin.py, `PREFIXES`, less the BigTIFF that it cannot read from EXIF). */
const starts = ['II*\0', 'II\0*', 'MM\0*', 'MM*\0', 'MM\0+'];

/** A number as an orientation; a number that is not one means upright. */
export const orientationOf = (value: number): Orientation =>
  Number.isInteger(value) && value >= 1 && value <= 8 ? (value as Orientation) : 1;

/**
 * The orientation that an EXIF block states; `undefined` when it states none, and 1 (upright) when it is not a TIFF structure: damaged metadata
 * does not cost the picture.
 *
 * @param block the TIFF structure, behind any number of `Exif\0\0`.
 * @see Exif 2.32, 4.5 and 4.6.4 (tag 0x0112 of IFD 0); Pillow: src/PIL/Image.py, `Exif.load`, and src/PIL/TiffImagePlugin.py,
 * `ImageFileDirectory_v2.load`
 */
export const exifOrientation = (block: Uint8Array): Orientation | undefined => {
  let start = 0;
  while (says(block, 'Exif\0\0', start)) start += 6;
  const tiff = block.subarray(start);
  if (tiff.length === 0) return undefined;
  if (tiff.length < 8 || !starts.some((word) => says(tiff, word))) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = says(tiff, 'II');
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return undefined;
  const end = directory + 2 + view.getUint16(directory, little) * 12;
  for (let entry = directory + 2; entry < end; entry += 12) {
    if (entry + 12 > tiff.length) return undefined;
    const type = types[view.getUint16(entry + 2, little)];
    if (type === undefined) continue;
    const [bytes, first] = type;
    const size = bytes * view.getUint32(entry + 4, little);
    const at = size > 4 ? view.getUint32(entry + 8, little) : entry + 8;
    // Whichever field it is, Pillow reads no further than a value that is cut off.
    if (at + size > tiff.length) return undefined;
    if (size > 0 && view.getUint16(entry, little) === TAG) return orientationOf(first(view, at, little));
  }
  return undefined;
};
