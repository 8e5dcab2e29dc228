import type * as E from 'fp-ts/lib/Either.js';
import type { InputError } from '../error/error.ts';
import { recordOf } from '../error/record.ts';
import { attempt, refuse } from '../error/refusal.ts';
import { glimpse, quoted } from '../error/wording.ts';
import { scanEntry, scanMetadata, type TensorEntry } from './entry.ts';
import { expect, jsonCursor, scanList, scanString, skipSpace } from './json-cursor.ts';

export type { TensorEntry } from './entry.ts';

/** A checked header: entries in order of their bytes, from 0 to `dataLength` without hole or overlap. */
export interface Header {
  readonly entries: readonly TensorEntry[];
  /** The texts under `__metadata__`; empty where the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of all tensors together. */
  readonly dataLength: number;
}

/** Limits checked before anything is allocated for a file. */
export interface HeaderLimits {
  /** Most bytes of a header. @defaultValue 16 MiB */
  readonly headerBytes?: number;
  /** Most names in a header. @defaultValue 65 536 */
  readonly tensors?: number;
  /** Most bytes of all tensors together. @defaultValue 2^53 - 1 */
  readonly dataBytes?: number;
}

const FORMAT = 'safetensors';
/** The longest header read or written unless the caller says otherwise. */
export const HEADER_BYTES = 16 * 1024 * 1024;
const TENSORS = 65_536;

/**
 * The header's length, from the first eight bytes of a file or frame (unsigned, little-endian).
 *
 * @returns `Left` when it is over the limit, or leaves no room for a header; text in its place is quoted.
 */
export const parseLength = (first: Uint8Array, limits: HeaderLimits = {}): E.Either<InputError, number> =>
  attempt(() => {
    if (first.length < 8)
      return refuse(FORMAT, `the first 8 bytes hold the header's length, got only ${first.length}; the file is cut off`);
    const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
    const limit = limits.headerBytes ?? HEADER_BYTES;
    if (length > BigInt(limit))
      return refuse(
        FORMAT,
        `bytes 0..8 give a header of ${length} bytes, over the limit of ${limit}; the file starts with ${glimpse(first)}`,
      );
    if (length < 2n) return refuse(FORMAT, `bytes 0..8 give a header of ${length} bytes; the shortest header is {}`);
    return Number(length);
  });

/** Entries in order of their bytes, or a refusal that names the first hole or overlap. */
const covering = (entries: readonly TensorEntry[]): readonly TensorEntry[] => {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  let previous = '';
  for (const { name, begin, end } of ordered) {
    if (begin < reached)
      refuse(FORMAT, `tensor ${quoted(name)} starts at data byte ${begin}, inside ${previous}, which ends at ${reached}`);
    if (begin > reached) refuse(FORMAT, `data bytes ${reached}..${begin}, before tensor ${quoted(name)}, belong to no tensor`);
    reached = end;
    previous = `tensor ${quoted(name)}`;
  }
  return ordered;
};

/**
 * Reads and checks a header, the JSON between the length and the data. Duplicate keys, holes, overlaps, lying sizes and numbers that are
 * not whole are refused; nothing is allocated for the data.
 *
 * @param json the header's bytes, trailing spaces included.
 * @param dataLength bytes that follow the header; `undefined` when not known yet (a stream): then `Header.dataLength` says how many to read.
 * @returns `Left` with one sentence that names the tensor and the byte.
 * Source: the safetensors format, huggingface/safetensors: README.md.
 * @example
 * const json = new TextEncoder().encode('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}');
 * E.map((header) => header.entries)(parseHeader(json, 8)) // Right([{ name: 'x', dtype: 'F32', shape: [2], begin: 0, end: 8 }])
 */
export const parseHeader = (json: Uint8Array, dataLength?: number, limits: HeaderLimits = {}): E.Either<InputError, Header> =>
  attempt(() => {
    const limit = limits.headerBytes ?? HEADER_BYTES;
    if (json.length > limit) return refuse(FORMAT, `the header has ${json.length} bytes, over the limit of ${limit}`);
    const most = limits.tensors ?? TENSORS;
    if (json[0] !== '{'.charCodeAt(0)) return refuse(FORMAT, `the header must start with {, it starts with ${glimpse(json)}`);
    const c = jsonCursor(json);
    const entries: TensorEntry[] = [];
    const seen = new Set<string>();
    let metadata: Readonly<Record<string, string>> = recordOf([]);
    scanList(c, '{', '}', 'header', () => {
      skipSpace(c);
      const at = c.at;
      const name = scanString(c, 'header');
      if (seen.has(name)) refuse(FORMAT, `the name ${quoted(name)} appears twice, again at header byte ${at}`);
      if (seen.size === most) refuse(FORMAT, `over ${most} names at header byte ${at}, more than the limit`);
      seen.add(name);
      expect(c, ':', `tensor ${quoted(name)}`);
      if (name === '__metadata__') metadata = scanMetadata(c);
      else entries.push(scanEntry(c, name, `tensor ${quoted(name)}`));
    });
    skipSpace(c);
    if (c.at < json.length)
      refuse(FORMAT, `after the header's closing } only spaces may follow, found ${glimpse(json.subarray(c.at))} at byte ${c.at}`);
    const ordered = covering(entries);
    const reached = ordered.at(-1)?.end ?? 0;
    if (reached > (limits.dataBytes ?? Number.MAX_SAFE_INTEGER))
      refuse(FORMAT, `the header declares ${reached} bytes of data, over the limit of ${limits.dataBytes}`);
    if (dataLength !== undefined && reached > dataLength) {
      const cut = ordered.find(({ end }) => end > dataLength);
      refuse(
        FORMAT,
        `the data ends at byte ${dataLength}, but tensor ${quoted(cut?.name ?? '')} takes bytes ${cut?.begin}..${cut?.end}; the file is cut off or its header lies`,
      );
    }
    if (dataLength !== undefined && reached < dataLength)
      refuse(FORMAT, `the tensors end at data byte ${reached}, but ${dataLength - reached} more bytes follow that belong to none`);
    return { entries: ordered, metadata, dataLength: reached };
  });
