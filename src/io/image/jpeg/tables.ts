import { refuse } from '../../error/refusal.ts';
import { zigzag } from './blocks.ts';
import { type Huffman, type HuffmanDefinition, huffman } from './huffman.ts';

/** Tables that segments before a scan define, and later ones may redefine. */
export interface Tables {
  /** By number 0 to 3: 64 quantisation steps, row by row. */
  readonly steps: Map<number, Uint16Array>;
  readonly dc: Map<number, HuffmanDefinition>;
  readonly ac: Map<number, HuffmanDefinition>;
}

const fail = (segment: string): never =>
  refuse('JPEG', `a ${segment} segment has the wrong length or names an impossible table; the file is damaged`);

/** Takes in a DQT segment (T.81, B.2.4.1). */
export const defineSteps = ({ steps }: Tables, data: Uint8Array): void => {
  for (let at = 0; at < data.length; ) {
    const head = data[at] as number;
    const bytes = head >> 4 === 0 ? 1 : 2;
    if (head >> 4 > 1 || (head & 15) > 3 || at + 1 + 64 * bytes > data.length) fail('DQT');
    const table = new Uint16Array(64);
    for (const [k, place] of zigzag.entries()) {
      const p = at + 1 + k * bytes;
      table[place] = bytes === 1 ? (data[p] as number) : ((data[p] as number) << 8) | (data[p + 1] as number);
    }
    steps.set(head & 15, table);
    at += 1 + 64 * bytes;
  }
};

/** Takes in a DHT segment (T.81, B.2.4.2). What its tables say is looked at when a scan uses them, as libjpeg does. */
export const defineCodes = ({ dc, ac }: Tables, data: Uint8Array): void => {
  for (let at = 0; at < data.length; ) {
    const head = data[at] as number;
    if (head >> 4 > 1 || (head & 15) > 3 || at + 17 > data.length) fail('DHT');
    const counts = data.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + total;
    if (total > 256 || end > data.length) fail('DHT');
    (head >> 4 === 0 ? dc : ac).set(head & 15, { counts, symbols: data.subarray(at + 17, end) });
    at = end;
  }
};

const defined = (definition: HuffmanDefinition | undefined): HuffmanDefinition =>
  definition ?? refuse('JPEG', 'a scan uses a Huffman table that the file does not define');

/** The code of means that a scan uses. */
export const dcCode = ({ dc }: Tables, number: number): Huffman => {
  const definition = defined(dc.get(number));
  if (definition.symbols.some((bits) => bits > 15))
    return refuse('JPEG', 'a Huffman table has means of more than 15 bits; the file is damaged');
  return huffman(definition);
};

/** The code of the other coefficients that a scan uses. */
export const acCode = ({ ac }: Tables, number: number): Huffman => huffman(defined(ac.get(number)));
