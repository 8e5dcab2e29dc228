import { refuse } from '../../error/refusal.ts';
import { crc32 } from './crc32.ts';

export interface PngChunk {
  /** Four letters: `IHDR`, `IDAT` … */
  readonly type: string;
  readonly data: Uint8Array;
}

/** Bytes that every PNG file starts with. */
export const PNG_SIGNATURE: readonly number[] = [137, 80, 78, 71, 13, 10, 26, 10];

const u32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0;

const cutOff = (bytes: Uint8Array, at: number): never =>
  refuse('PNG', `the file ends at byte ${bytes.length}, inside the chunk at byte ${at}; it is cut off`);

/** The chunk at byte `at`, its checksum verified; its data is a view of `bytes`. There may be millions, so little is made here. */
export const chunkAt = (bytes: Uint8Array, at: number): PngChunk => {
  if (at + 12 > bytes.length) return cutOff(bytes, at);
  const end = at + 8 + u32(bytes, at);
  const type = String.fromCharCode(bytes[at + 4] as number, bytes[at + 5] as number, bytes[at + 6] as number, bytes[at + 7] as number);
  if (!/^[A-Za-z]{4}$/.test(type)) return refuse('PNG', `there is no chunk at byte ${at}; the file is damaged`);
  if (end + 4 > bytes.length) return cutOff(bytes, at);
  if (crc32(bytes, at + 4, end) !== u32(bytes, end))
    return refuse('PNG', `the checksum of the ${type} chunk at byte ${at} is wrong; the file is damaged`);
  return { type, data: bytes.subarray(at + 8, end) };
};
