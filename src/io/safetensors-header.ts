import type * as E from 'fp-ts/lib/Either.js';
import { type Shape, showShape } from '../core/shape.ts';
import { bytesOf, type DType, dtypes, isDType } from './dtype.ts';
import type { InputError } from './error.ts';
import { expect, type JsonCursor, scanCount, scanList, scanString, skipSpace } from './json-cursor.ts';
import { recordOf } from './record.ts';
import { attempt, refuse } from './refusal.ts';
import { glimpse, quoted } from './wording.ts';

/** A tensor as a header declares it; `[begin, end)` are bytes counted from the end of the header. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/** A checked header: entries in order of their bytes, from 0 to `dataLength` without hole or overlap. */
export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly dataLength: number;
}

/** Limits checked before anything is allocated for a file. */
export interface HeaderLimits {
  /** @defaultValue 16 MiB */
  readonly headerBytes?: number;
  /** @defaultValue 100 000 */
  readonly tensors?: number;
  /** @defaultValue 2^53 - 1 */
  readonly dataBytes?: number;
}

const FORMAT = 'safetensors';
const MAX_RANK = 64;
/** The longest header read or written unless the caller says otherwise. */
export const HEADER_BYTES = 16 * 1024 * 1024;
const TENSORS = 100_000;

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

const scanEntry = (c: JsonCursor, name: string, where: string): TensorEntry => {
  let dtype: DType | undefined;
  let shape: Shape | undefined;
  let offsets: readonly number[] | undefined;
  const counts = (what: string, most: number): readonly number[] => {
    const out: number[] = [];
    scanList(c, '[', ']', `${where}, ${what}`, () => {
      if (out.length === most) refuse(FORMAT, `${where}: ${what} has over ${most} numbers at header byte ${c.at}`);
      out.push(scanCount(c, `${where}, ${what}`));
    });
    return out;
  };
  scanList(c, '{', '}', where, () => {
    skipSpace(c);
    const at = c.at;
    const field = scanString(c, where);
    expect(c, ':', where);
    if (
      (field === 'dtype' ? dtype : field === 'shape' ? shape : offsets) !== undefined &&
      ['dtype', 'shape', 'data_offsets'].includes(field)
    )
      refuse(FORMAT, `${where}: ${field} appears twice, again at header byte ${at}`);
    if (field === 'dtype') {
      const given = scanString(c, `${where}, dtype`);
      dtype = isDType(given) ? given : refuse(FORMAT, `${where}: dtype ${quoted(given)} is not one of ${dtypes.join(', ')}`);
    } else if (field === 'shape') shape = counts('shape', MAX_RANK);
    else if (field === 'data_offsets') offsets = counts('data_offsets', 2);
    else refuse(FORMAT, `${where}: unknown field ${quoted(field)} at header byte ${at}; known are dtype, shape, data_offsets`);
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined)
    return refuse(FORMAT, `${where}: needs dtype, shape and data_offsets with a begin and an end`);
  const bytes = shape.includes(0) ? 0 : shape.reduce((n, axis) => (n > Number.MAX_SAFE_INTEGER ? n : n * axis), bytesOf(dtype));
  if (bytes > Number.MAX_SAFE_INTEGER)
    return refuse(FORMAT, `${where}: shape ${showShape(shape)} takes over 2^53 bytes, more than any file holds`);
  if (end < begin) return refuse(FORMAT, `${where}: data_offsets ${begin}..${end} run backwards`);
  if (end - begin !== bytes)
    return refuse(
      FORMAT,
      `${where}: ${dtype} ${showShape(shape)} takes ${bytes} bytes, but data_offsets ${begin}..${end} give ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
};

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
    const c: JsonCursor = { bytes: json, at: 0 };
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

const scanMetadata = (c: JsonCursor): Readonly<Record<string, string>> => {
  const out = new Map<string, string>();
  scanList(c, '{', '}', '__metadata__', () => {
    skipSpace(c);
    const at = c.at;
    const key = scanString(c, '__metadata__');
    if (out.has(key)) refuse(FORMAT, `__metadata__: the key ${quoted(key)} appears twice, again at header byte ${at}`);
    expect(c, ':', '__metadata__');
    out.set(key, scanString(c, `__metadata__, ${quoted(key)} (values are texts)`));
  });
  return recordOf(out);
};
