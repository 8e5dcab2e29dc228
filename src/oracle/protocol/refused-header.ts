/** What can be told of a frame whose header was refused: where it ends, and whose request it was. */
export interface RefusedHeader {
  /** Bytes of tensors that follow the header. */
  readonly bytes: number;
  readonly id?: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where an entry ends, if it says so. */
const endOf = (entry: unknown): unknown => (isRecord(entry) && Array.isArray(entry.data_offsets) ? entry.data_offsets[1] : undefined);

const parsed = (json: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined;
  }
};

/** A refused header read as far as it goes; nothing where the end of its frame cannot be told, or is beyond `most` bytes. */
export const refusedHeader = (json: Uint8Array, most: number): RefusedHeader | undefined => {
  const header = parsed(json);
  if (!isRecord(header)) return undefined;
  const { __metadata__: meta, ...entries } = header;
  let bytes = 0;
  for (const end of Object.values(entries).map(endOf)) {
    if (typeof end !== 'number' || !Number.isSafeInteger(end) || end < 0 || end > most) return undefined;
    bytes = Math.max(bytes, end);
  }
  const id = isRecord(meta) ? meta.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? { bytes, id: String(id) } : { bytes };
};
