import { refuse } from '../../error/refusal.ts';
import { hex, type Segment } from './segments.ts';

/** One plane of a picture: brightness, a colour difference, an ink. */
export interface Component {
  readonly id: number;
  /** Sampling factors: samples in an MCU are `8·across × 8·down`. */
  readonly across: number;
  readonly down: number;
  /** Which quantisation table it uses. */
  readonly table: number;
  /** Samples that belong to the picture. */
  readonly width: number;
  readonly height: number;
  /** Blocks stored in a row and in a column, those that fill up the last MCU included. */
  readonly columns: number;
  readonly rows: number;
}

/** What the frame header (SOF) says of a picture. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  /** The largest sampling factors, and the number of MCUs in a row and in a column. */
  readonly across: number;
  readonly down: number;
  readonly mcuColumns: number;
  readonly mcuRows: number;
}

/** Whether a marker starts a frame header of any process. */
export const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const fail = (message: string): never => refuse('JPEG', message);

/**
 * Reads a frame header: baseline, extended or progressive, Huffman coded, 8 bits.
 *
 * @see ITU-T T.81, B.2.2 and A.1.1
 */
export const frame = ({ marker, data }: Segment): Frame => {
  if (marker > 0xc2)
    return fail(`the picture is coded by process ${hex(marker)} (lossless or arithmetic), and only baseline and progressive can be read`);
  const count = data[5] ?? 0;
  if (data.length < 6 || data.length !== 6 + 3 * count) return fail('the frame header has the wrong length; the file is damaged');
  if (data[0] !== 8) return fail(`samples have ${data[0]} bits, and only 8 can be read`);
  if (count !== 1 && count !== 3 && count !== 4)
    return fail(`the picture has ${count} components, and only 1 (grey), 3 (colour) and 4 (CMYK) can be read`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
  const stated = Array.from({ length: count }, (_, i) => {
    const [id, factors, table] = [6, 7, 8].map((at) => view.getUint8(at + 3 * i)) as [number, number, number];
    return { id, across: factors >> 4, down: factors & 15, table };
  });
  if (stated.some((c) => c.across < 1 || c.across > 4 || c.down < 1 || c.down > 4))
    return fail('a sampling factor is not in 1 to 4; the file is damaged');
  if (new Set(stated.map(({ id }) => id)).size !== count) return fail('two components have the same name; the file is damaged');
  const across = Math.max(...stated.map((c) => c.across));
  const down = Math.max(...stated.map((c) => c.down));
  if (stated.some((c) => across % c.across !== 0 || down % c.down !== 0))
    return fail('a component is sampled at a fraction that is not whole; save the picture again');
  const mcuColumns = Math.ceil(width / (8 * across));
  const mcuRows = Math.ceil(height / (8 * down));
  const components = stated.map((c) => ({
    ...c,
    width: Math.ceil((width * c.across) / across),
    height: Math.ceil((height * c.down) / down),
    columns: mcuColumns * c.across,
    rows: mcuRows * c.down,
  }));
  return { width, height, progressive: marker === 0xc2, components, across, down, mcuColumns, mcuRows };
};

/**
 * The least number of bits that the scans of a picture have: one a block for its mean, and one more for its end in a file that is not
 * progressive.
 */
export const fewestBits = ({ components, progressive }: Frame): number => {
  const blocks = components.reduce((sum, { width, height }) => sum + Math.ceil(width / 8) * Math.ceil(height / 8), 0);
  return progressive ? blocks : 2 * blocks;
};
