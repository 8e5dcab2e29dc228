import { deflate } from 'pako';
import type { Image } from '../../../core/image/image.ts';
import { PNG_SIGNATURE } from './chunks.ts';
import { crc32 } from './crc32.ts';
import { predictors } from './filter.ts';

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out, 4, data.length + 8));
  return out;
};

/** Each row with the filter whose residues have the least sum of magnitudes (the heuristic of the PNG specification, 12.7). */
const filtered = ({ width, height, data }: Image): Uint8Array => {
  const rowBytes = width * 3;
  const out = new Uint8Array(height * (rowBytes + 1));
  const trial = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const row = y * rowBytes;
    let least = Number.POSITIVE_INFINITY;
    for (const [number, predict] of predictors.entries()) {
      let sum = 0;
      for (let i = 0; i < rowBytes; i++) {
        const a = i < 3 ? 0 : (data[row + i - 3] as number);
        const b = y === 0 ? 0 : (data[row + i - rowBytes] as number);
        const c = y === 0 || i < 3 ? 0 : (data[row + i - rowBytes - 3] as number);
        const residue = ((data[row + i] as number) - predict(a, b, c)) & 255;
        trial[i] = residue;
        sum += residue < 128 ? residue : 256 - residue;
      }
      if (sum >= least) continue;
      least = sum;
      out[y * (rowBytes + 1)] = number;
      out.set(trial, y * (rowBytes + 1) + 1);
    }
  }
  return out;
};

/**
 * An image as the bytes of a PNG file: 8-bit RGB, not interlaced. The same image gives the same bytes.
 *
 * @example
 * String.fromCharCode(...encodePng(plain(2, 2, [255, 0, 0])).subarray(1, 4)) // 'PNG'
 */
export const encodePng = (image: Image): Uint8Array => {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, image.width);
  view.setUint32(4, image.height);
  header.set([8, 2], 8);
  const parts = [
    Uint8Array.from(PNG_SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', deflate(filtered(image), { level: 6 })),
    chunk('IEND', new Uint8Array(0)),
  ];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
