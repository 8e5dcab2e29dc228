/** Pieces of bytes as one, in time and memory that grow with the bytes and not with the number of pieces. */
export interface Gathered {
  readonly add: (piece: Uint8Array) => void;
  readonly bytes: () => Uint8Array;
}

/** Starts empty. */
export const gather = (): Gathered => {
  let buffer = new Uint8Array(0);
  let filled = 0;
  return {
    add: (piece) => {
      const needed = filled + piece.length;
      if (needed > buffer.length) {
        const larger = new Uint8Array(Math.max(needed, 2 * buffer.length));
        larger.set(buffer.subarray(0, filled));
        buffer = larger;
      }
      buffer.set(piece, filled);
      filled = needed;
    },
    bytes: () => buffer.subarray(0, filled),
  };
};
