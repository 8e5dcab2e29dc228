import { type ByteSource, memorySource } from '../bytes/byte-source.ts';
import { inflateInto } from '../bytes/inflate.ts';
import { allocateBytes } from '../bytes/raw-tensor.ts';
import { accept, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { dataStart, findDirectory, parseDirectory, TAIL, type ZipEntry } from './directory.ts';

/** A zip archive whose directory has been read; its files are read when asked for. */
export interface ZipArchive {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** The bytes of a file: a part of the archive where it is stored, unpacked memory where it is deflated. */
  readonly open: (entry: ZipEntry) => Promise<{ readonly source: ByteSource; readonly start: number }>;
}

const FORMAT = 'zip archive';
/** Deflated files are unpacked in memory, so they have a limit; stored ones have none. */
const INFLATED = 48 * 1024 * 1024;

const inflate = (packed: Uint8Array, { name, size }: ZipEntry): Uint8Array => {
  const out = allocateBytes(size, `the file ${quoted(name)}`);
  const { filled, used, ending } = inflateInto(packed, out, 'raw');
  if (ending === 'damaged')
    return refuse(FORMAT, `the file ${quoted(name)} is damaged: its compressed bytes make no sense near byte ${used}`);
  return ending !== 'full' && filled === size
    ? out
    : refuse(FORMAT, `the file ${quoted(name)} unpacks to ${ending === 'full' ? 'more' : filled} bytes, it declares ${size}`);
};

/** Reads the directory of an archive. Ends the surrounding attempt when there is none or it lies. */
export const openZip = async (source: ByteSource): Promise<ZipArchive> => {
  const tail = new Uint8Array(Math.min(source.size, TAIL + 76));
  accept(await source.read(source.size - tail.length, tail)());
  const place = findDirectory(tail, source.size);
  const directory = allocateBytes(place.length, 'the directory');
  accept(await source.read(place.start, directory)());
  const open: ZipArchive['open'] = async (entry) => {
    const local = new Uint8Array(30);
    accept(await source.read(entry.at, local)());
    const start = dataStart(local, entry, place.start);
    if (entry.method === 'stored') return { source, start };
    if (entry.size > INFLATED || entry.packed > INFLATED)
      return refuse(
        FORMAT,
        `the file ${quoted(entry.name)} unpacks to ${entry.size} bytes, over the limit of ${INFLATED}; store it uncompressed`,
      );
    const packed = allocateBytes(entry.packed, `the file ${quoted(entry.name)}`);
    accept(await source.read(start, packed)());
    return { source: memorySource(inflate(packed, entry)), start: 0 };
  };
  return { entries: parseDirectory(directory, place), open };
};
