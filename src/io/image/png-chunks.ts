import { refuse } from '../refusal.ts';
import { crc32 } from './crc32.ts';

export interface PngChunk {
  /** Four letters: `IHDR`, `IDAT` … */
  readonly type: string;
  readonly data: Uint8Array;
}

/** Bytes that every PNG file starts with. */
export const PNG_SIGNATURE: readonly number[] = [137, 80, 78, 71, 13, 10, 26, 10];

/** The chunk at byte `at`, its checksum verified; its data is a view of `bytes`. */
export const chunkAt = (bytes: Uint8Array, at: number): PngChunk => {
  const cutOff = () => refuse('PNG', `the file ends at byte ${bytes.length}, inside the chunk at byte ${at}; it is cut off`);
  if (at + 12 > bytes.length) return cutOff();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = at + 8 + view.getUint32(at);
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (!/^[A-Za-z]{4}$/.test(type)) return refuse('PNG', `there is no chunk at byte ${at}; the file is damaged`);
  if (end + 4 > bytes.length) return cutOff();
  if (crc32(bytes, at + 4, end) !== view.getUint32(end))
    return refuse('PNG', `the checksum of the ${type} chunk at byte ${at} is wrong; the file is damaged`);
  return { type, data: bytes.subarray(at + 8, end) };
};

/** All chunks up to IEND, from byte `at`; what follows IEND is not looked at. */
export const chunksFrom = (bytes: Uint8Array, at: number): readonly PngChunk[] => {
  const chunks: PngChunk[] = [];
  let chunk = chunkAt(bytes, at);
  for (let next = at; chunk.type !== 'IEND'; chunk = chunkAt(bytes, next)) {
    chunks.push(chunk);
    next += chunk.data.length + 12;
  }
  return chunks;
};
