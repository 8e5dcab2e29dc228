/** Bytes of a stream, any number at a time, each copied at most once. */
export interface ByteReader {
  /** Fills `into`; how many bytes there were. */
  readonly fill: (into: Uint8Array) => Promise<number>;
  /** Lets `count` bytes pass; how many there were. */
  readonly skip: (count: number) => Promise<number>;
  /** What has arrived and was not read yet. */
  readonly ahead: () => Uint8Array;
}

/** Reads a stream that comes in chunks of any size. */
export const byteReader = (chunks: AsyncIterator<Uint8Array>): ByteReader => {
  let chunk: Uint8Array = new Uint8Array(0);
  /** Takes `count` bytes in pieces, each given to `use` with how many came before it. */
  const take = async (count: number, use: (piece: Uint8Array, done: number) => void): Promise<number> => {
    let done = 0;
    while (done < count) {
      if (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done === true) break;
        chunk = next.value;
        continue;
      }
      const piece = chunk.subarray(0, count - done);
      use(piece, done);
      chunk = chunk.subarray(piece.length);
      done += piece.length;
    }
    return done;
  };
  return {
    fill: (into) => take(into.length, (piece, done) => into.set(piece, done)),
    skip: (count) => take(count, () => {}),
    ahead: () => chunk,
  };
};
