import { refuse } from '../error/refusal.ts';
import { glimpse, quoted } from '../error/wording.ts';

/** A file inside a zip archive, as its central directory declares it. Nothing of it has been read yet. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Where its local header starts. */
  readonly at: number;
}

/** Where the central directory lies. */
export interface DirectoryPlace {
  readonly start: number;
  readonly length: number;
  readonly entries: number;
}

/** The end-of-archive record is at most this far from the end. */
export const TAIL = 22 + 65535;

const FORMAT = 'zip archive';
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const DIRECTORY_BYTES = 8 * 1024 * 1024;
const ENTRIES = 65_536;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit count as a number, or a refusal when no file is that long. */
const count64 = (view: DataView, at: number, what: string): number => {
  const n = view.getBigUint64(at, true);
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : refuse(FORMAT, `${what} is ${n}, more than any file holds`);
};

/**
 * Finds the central directory from the last bytes of an archive (`TAIL` and the 76 bytes of the 64-bit records are enough).
 *
 * @param tail the end of the file.
 * @param fileSize length of the whole file.
 */
export const findDirectory = (tail: Uint8Array, fileSize: number): DirectoryPlace => {
  const view = viewOf(tail);
  const tailAt = fileSize - tail.length;
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== tail.length) continue;
    const in64 = at >= 20 && view.getUint32(at - 20, true) === LOCATOR64;
    const end64 = in64 ? count64(view, at - 12, `the 64-bit end record at byte ${tailAt + at - 20}`) - tailAt : 0;
    if (in64 && (end64 < 0 || end64 + 56 > tail.length || view.getUint32(end64, true) !== END64))
      return refuse(FORMAT, `the 64-bit end record is said to be at byte ${end64 + tailAt} and is not there`);
    const place = in64
      ? {
          entries: count64(view, end64 + 32, 'the number of files'),
          length: count64(view, end64 + 40, 'the directory'),
          start: count64(view, end64 + 48, 'its place'),
        }
      : { entries: view.getUint16(at + 10, true), length: view.getUint32(at + 12, true), start: view.getUint32(at + 16, true) };
    const limit = tailAt + (in64 ? end64 : at);
    if (place.start + place.length > limit)
      return refuse(
        FORMAT,
        `the directory is said to be at bytes ${place.start}..${place.start + place.length}, past byte ${limit}, where it must end`,
      );
    if (place.length > DIRECTORY_BYTES)
      return refuse(FORMAT, `the directory has ${place.length} bytes, over the limit of ${DIRECTORY_BYTES}`);
    if (place.entries > ENTRIES || place.entries * 46 > place.length)
      return refuse(
        FORMAT,
        `the directory of ${place.length} bytes is said to list ${place.entries} files; the limit is ${ENTRIES}, 46 bytes each`,
      );
    return place;
  }
  return refuse(FORMAT, `no end record in the last ${tail.length} bytes; the file is cut off or is not a zip archive`);
};

/** Sizes and place from a 64-bit extra field, for those that the plain fields leave at their maximum. */
const extra64 = (view: DataView, at: number, end: number, wanted: number, name: string): readonly number[] => {
  for (let field = at; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    if (field + 4 + 8 * wanted > end || view.getUint16(field + 2, true) < 8 * wanted) break;
    return Array.from({ length: wanted }, (_, i) => count64(view, field + 4 + 8 * i, `a size of ${quoted(name)}`));
  }
  return refuse(FORMAT, `${quoted(name)} has no 64-bit sizes although its plain ones say so`);
};

const decoder = new TextDecoder('utf-8');

/** The files that a central directory lists, each inside the archive, none over another, no name twice. */
export const parseDirectory = (directory: Uint8Array, { start, entries }: DirectoryPlace): ReadonlyMap<string, ZipEntry> => {
  const view = viewOf(directory);
  const out = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (at + 46 > directory.length || view.getUint32(at, true) !== CENTRAL)
      return refuse(
        FORMAT,
        `file ${i} of the directory, at byte ${start + at}, is not an entry; found ${glimpse(directory.subarray(at, at + 8))}`,
      );
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [number, number, number];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > directory.length) return refuse(FORMAT, `file ${i} of the directory runs past its end at byte ${start + directory.length}`);
    const name = decoder.decode(directory.subarray(at + 46, at + 46 + nameLength));
    const plain = [24, 20, 42].map((o) => view.getUint32(at + o, true));
    const wide = plain.filter((n) => n === 0xffffffff).length;
    const wides =
      wide > 0 ? extra64(view, at + 46 + nameLength, at + 46 + nameLength + extraLength, wide, name)[Symbol.iterator]() : undefined;
    const [size, packed, place] = plain.map((n) => (n === 0xffffffff ? (wides?.next().value as number) : n)) as [number, number, number];
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    if (out.has(name)) return refuse(FORMAT, `the file ${quoted(name)} is listed twice`);
    if (flags & 1) return refuse(FORMAT, `the file ${quoted(name)} is encrypted`);
    if (method !== 0 && method !== 8)
      return refuse(FORMAT, `the file ${quoted(name)} is compressed by method ${method}; only stored and deflated are read`);
    if (method === 0 && packed !== size) return refuse(FORMAT, `the file ${quoted(name)} is stored, but takes ${packed} bytes for ${size}`);
    out.set(name, { name, method: method === 0 ? 'stored' : 'deflated', packed, size, at: place });
    at = next;
  }
  let reached = 0;
  for (const entry of [...out.values()].sort((a, b) => a.at - b.at)) {
    if (entry.at < reached) return refuse(FORMAT, `the file ${quoted(entry.name)} at byte ${entry.at} lies over the one before it`);
    reached = entry.at + 30 + entry.name.length + entry.packed;
    if (reached > start)
      return refuse(FORMAT, `the file ${quoted(entry.name)} takes bytes ${entry.at}..${reached}, past byte ${start}, where the files end`);
  }
  return out;
};

/** Where the bytes of a file start, from the 30 bytes of its local header. */
export const dataStart = (local: Uint8Array, entry: ZipEntry, directoryStart: number): number => {
  const view = viewOf(local);
  if (view.getUint32(0, true) !== LOCAL)
    return refuse(FORMAT, `no file starts at byte ${entry.at}, where the directory places ${quoted(entry.name)}`);
  const start = entry.at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + entry.packed > directoryStart)
    return refuse(
      FORMAT,
      `the file ${quoted(entry.name)} takes bytes ${start}..${start + entry.packed}, past byte ${directoryStart}, where the files end`,
    );
  return start;
};
