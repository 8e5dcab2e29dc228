import { inflateInto } from '../../bytes/inflate.ts';
import { refuse } from '../../error/refusal.ts';

/** Deflate makes at most 258 bytes of 2 bits. */
const MAX_RATIO = 1032;

/**
 * Inflates zlib data that must give exactly `size` bytes, or refuses. Neither a header that promises more than the data can hold nor a
 * stream that swells beyond its promise gets memory. What zlib would still read behind the last byte may be missing, since Pillow does not
 * miss it (src/libImaging/ZipDecode.c).
 */
export const inflate = (format: string, data: Uint8Array, size: number): Uint8Array => {
  const short = () =>
    refuse(
      format,
      `the header promises ${size} bytes of pixels, more than the ${data.length} compressed bytes give; the file is cut off or its header lies`,
    );
  if (size > data.length * MAX_RATIO) return short();
  const out = new Uint8Array(size);
  const { filled, ending } = inflateInto(data, out, 'zlib');
  if (ending === 'full') return refuse(format, `the data inflates beyond the ${size} bytes of pixels that the header promises`);
  if (ending === 'checksum') return refuse(format, 'the checksum of the compressed pixels is wrong; the file is damaged');
  if (ending === 'damaged' || (ending === 'cut' && filled < size))
    return refuse(format, `the compressed data breaks off or is damaged after ${filled} of ${size} bytes of pixels`);
  return filled < size ? short() : out;
};
