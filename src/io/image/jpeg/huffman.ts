import { refuse } from '../../error/refusal.ts';

/** Bits looked up at once; longer codes, which are rare, are found by length. */
const LOOKUP_BITS = 9;

/** A Huffman table of a JPEG file. */
export interface Huffman {
  /** By the next `LOOKUP_BITS` bits: length of the code times 256 plus its symbol, 0 when the code is longer. */
  readonly lookup: Uint16Array;
  /** By length: the first code, one past the last, and the index of the first code's symbol. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  readonly index: Int32Array;
  readonly symbols: Uint8Array;
}

/** A table as it stands in a DHT segment: the number of codes of length 1 to 16, and their symbols. */
export interface HuffmanDefinition {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

/**
 * Builds the canonical code of a table, in which no code is all ones.
 *
 * @see ITU-T T.81, Annex C; libjpeg-turbo: jdhuff.c, `jpeg_make_d_derived_tbl`
 */
export const huffman = ({ counts, symbols }: HuffmanDefinition): Huffman => {
  const lookup = new Uint16Array(1 << LOOKUP_BITS);
  const [first, end, index] = [new Int32Array(17), new Int32Array(17), new Int32Array(17)];
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] as number;
    if (code + count >= 1 << length) return refuse('JPEG', `a Huffman table has too many codes of ${length} bits; the file is damaged`);
    first[length] = code;
    end[length] = code + count;
    index[length] = next;
    for (let i = 0; i < count; i++, code++, next++) {
      const free = LOOKUP_BITS - length;
      if (free >= 0) lookup.fill((length << 8) | (symbols[next] as number), code << free, (code + 1) << free);
    }
    code <<= 1;
  }
  return { lookup, first, end, index, symbols };
};

/** Reads the bits of one entropy-coded segment; it stops before the marker that ends it. */
export interface Bits {
  readonly bytes: Uint8Array;
  /** The next byte that is not in `buffer`. */
  at: number;
  /** Bits read and not used, in its low `count` bits. */
  buffer: number;
  count: number;
}

const damaged = (bits: Bits, what: string): never =>
  bits.at >= bits.bytes.length
    ? refuse('JPEG', `the file ends at byte ${bits.bytes.length}, inside the picture; it is cut off`)
    : refuse('JPEG', `${what} before byte ${bits.at}; the file is damaged`);

const fill = (bits: Bits): void => {
  const { bytes } = bits;
  while (bits.count <= 23 && bits.at < bytes.length) {
    const byte = bytes[bits.at] as number;
    let next = bits.at + 1;
    if (byte === 0xff) {
      while (bytes[next] === 0xff) next++;
      if (bytes[next] !== 0) return;
      next++;
    }
    bits.buffer = (bits.buffer << 8) | byte;
    bits.count += 8;
    bits.at = next;
  }
};

/** The next `n ≤ 16` bits, zeros after the end, without using them. */
const peek = (bits: Bits, n: number): number => {
  if (bits.count < n) fill(bits);
  const { buffer, count } = bits;
  return (count >= n ? buffer >> (count - n) : buffer << (n - count)) & ((1 << n) - 1);
};

const use = (bits: Bits, n: number): void => {
  if (n > bits.count) damaged(bits, 'the picture data breaks off');
  bits.count -= n;
};

/** The next `n ≤ 16` bits as a number. */
export const take = (bits: Bits, n: number): number => {
  const value = peek(bits, n);
  use(bits, n);
  return value;
};

/** The next `n` bits as a signed number: a first bit of 0 means negative (T.81, table F.1). */
export const takeSigned = (bits: Bits, n: number): number => {
  if (n === 0) return 0;
  const value = take(bits, n);
  return value < 1 << (n - 1) ? value - (1 << n) + 1 : value;
};

/** The code of what a scan does not have. */
export const noCode: Huffman = huffman({ counts: new Uint8Array(16), symbols: new Uint8Array(0) });

/** The symbol of the next code. */
export const takeSymbol = (bits: Bits, table: Huffman): number => {
  const found = table.lookup[peek(bits, LOOKUP_BITS)] as number;
  if (found !== 0) {
    use(bits, found >> 8);
    return found & 255;
  }
  for (let length = LOOKUP_BITS + 1; length <= 16; length++) {
    const code = peek(bits, length);
    if (code < (table.end[length] as number)) {
      use(bits, length);
      return table.symbols[(table.index[length] as number) + code - (table.first[length] as number)] as number;
    }
  }
  return damaged(bits, 'a code that is not in its Huffman table stands');
};
