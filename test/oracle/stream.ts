import { encodeFrame, type Frame } from '../../src/oracle/protocol/frame.ts';
import { right } from '../support/right.ts';

/** A stream of bytes in chunks of a size. */
export async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The bytes of a frame, in one piece. */
export const bytesOf = (frame: Frame): Buffer => {
  const encoded = right(encodeFrame(frame));
  return Buffer.concat(encoded);
};

export const u64 = (n: bigint): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(n);
  return out;
};
