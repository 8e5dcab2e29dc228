import type { Orientation } from '../../core/image/orientation.ts';

const TAG = 0x0112;
/** TIFF field types of whole numbers; an orientation of another type is not one. */
const SHORT = 3;
const LONG = 4;

/**
 * The orientation that an EXIF block states, 1 (upright) when it states none. A block that is cut or makes no sense states none:
 * damaged metadata does not cost the picture.
 *
 * @param tiff the TIFF structure: what follows `Exif\0\0` in a JPEG's APP1 segment, or the whole of a PNG's eXIf chunk.
 * @see Exif 2.32, 4.5 and 4.6.4 (tag 0x0112 of IFD 0)
 */
export const exifOrientation = (tiff: Uint8Array): Orientation => {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  if (view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) !== TAG) continue;
    const type = view.getUint16(entry + 2, little);
    if ((type !== SHORT && type !== LONG) || view.getUint32(entry + 4, little) !== 1) return 1;
    const value = type === SHORT ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
};
