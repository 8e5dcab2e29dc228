import { Unzlib } from 'fflate';
import { refuse } from '../refusal.ts';

/** Deflate makes at most 258 bytes of 2 bits. */
const MAX_RATIO = 1032;
/** Compressed bytes taken at a time, so that a bomb swells by at most 16 MiB before it is noticed. */
const STEP = 16_384;

/**
 * Inflates zlib data that must give exactly `size` bytes, or refuses. Neither a header that promises more than the data can hold nor a
 * stream that swells beyond its promise gets memory.
 */
export const inflate = (format: string, parts: readonly Uint8Array[], size: number): Uint8Array => {
  const compressed = parts.reduce((sum, part) => sum + part.length, 0);
  const short = () =>
    refuse(
      format,
      `the header promises ${size} bytes of pixels, more than the ${compressed} compressed bytes give; the file is cut off or its header lies`,
    );
  if (size > compressed * MAX_RATIO) return short();
  const out = new Uint8Array(size);
  let filled = 0;
  const stream = new Unzlib((piece) => {
    if (filled + piece.length <= size) out.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (const part of parts) for (let at = 0; at < part.length && filled <= size; at += STEP) stream.push(part.subarray(at, at + STEP));
    if (filled <= size) stream.push(new Uint8Array(0), true);
  } catch {
    return refuse(format, `the compressed data breaks off or is damaged after ${Math.min(filled, size)} of ${size} bytes of pixels`);
  }
  if (filled > size) return refuse(format, `the data inflates beyond the ${size} bytes of pixels that the header promises`);
  return filled < size ? short() : out;
};
