import { type Gathered, gather } from '../gather.ts';
import type { Metadata } from '../metadata.ts';
import { chunkAt, type PngChunk } from './chunks.ts';
import { type PngText, rawProfile, textOf, unpacked } from './text.ts';

/** What a PNG file holds behind its header, as far as it is needed. */
export interface PngContents {
  readonly palette: Uint8Array | undefined;
  /** The compressed pixels, of all IDAT chunks together. */
  readonly compressed: Uint8Array;
  readonly metadata: Metadata;
}

/** What is kept while chunks go by: of metadata the last, as Pillow does, so that no more than one of a kind is ever unpacked. */
interface Kept {
  readonly compressed: Gathered;
  palette?: Uint8Array;
  exif?: Uint8Array;
  profile?: PngText;
  xmp?: PngText;
}

const keep = (kept: Kept, chunk: PngChunk): void => {
  const { type, data } = chunk;
  if (type === 'IDAT') kept.compressed.add(data);
  else if (type === 'PLTE') kept.palette ??= data;
  else if (type === 'eXIf') kept.exif = data;
  else {
    const [profile, xmp] = [textOf(chunk, 'Raw profile type exif'), textOf(chunk, 'XML:com.adobe.xmp')];
    if (profile !== undefined) kept.profile = profile;
    if (xmp !== undefined) kept.xmp = xmp;
  }
};

/** Reads all chunks up to IEND, from byte `at`; what follows IEND is not looked at. */
export const contentsFrom = (bytes: Uint8Array, at: number): PngContents => {
  const kept: Kept = { compressed: gather() };
  let chunk = chunkAt(bytes, at);
  for (let next = at; chunk.type !== 'IEND'; chunk = chunkAt(bytes, next)) {
    keep(kept, chunk);
    next += chunk.data.length + 12;
  }
  const { compressed, palette, profile, xmp } = kept;
  return {
    palette,
    compressed: compressed.bytes(),
    metadata: {
      exif: kept.exif ?? (profile && rawProfile(unpacked(profile))),
      xmp: xmp && unpacked(xmp),
    },
  };
};
