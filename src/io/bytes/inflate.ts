import { Z_DATA_ERROR, Z_NO_FLUSH, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import type { OwnBytes } from './raw-tensor.ts';

/**
 * How deflated data ends: with its last block (and a checksum that is right), before it, with more than the output holds, in what cannot be,
 * or with a checksum that is wrong.
 */
export type Ending = 'whole' | 'cut' | 'full' | 'damaged' | 'checksum';

/** What was made of deflated data. */
export interface Inflated {
  /** Bytes of the output that were written. */
  readonly filled: number;
  /** Bytes of the data that were read; what follows its end is not. */
  readonly used: number;
  readonly ending: Ending;
}

/** zlib's windowBits: 15 for its own framing (RFC 1950), negative for none (RFC 1951). */
const WINDOW = { zlib: 15, raw: -15 } as const;

/** Undoes deflate into `out`, in time that grows with the data and the output; no memory is taken beside them. */
export const inflateInto = (data: Uint8Array, out: OwnBytes, framing: keyof typeof WINDOW): Inflated => {
  const stream = Object.assign(new ZStream(), { input: data, avail_in: data.length, output: out, avail_out: out.length });
  zlibInflateInit2(stream, WINDOW[framing]);
  const status = zlibInflate(stream, Z_NO_FLUSH);
  const ending = (): Ending => {
    if (status === Z_STREAM_END) return 'whole';
    if (status === Z_DATA_ERROR) return stream.msg === 'incorrect data check' ? 'checksum' : 'damaged';
    return stream.avail_in === 0 ? 'cut' : stream.avail_out === 0 ? 'full' : 'damaged';
  };
  return { filled: stream.next_out, used: stream.next_in, ending: ending() };
};
