import { refuse } from '../../error/refusal.ts';
import { blockReader, type CoderState, type Scan } from './blocks.ts';
import type { Frame } from './frame.ts';
import type { Bits } from './huffman.ts';

/** Goes past the restart marker that must stand where the bits have ended. */
const restart = (bits: Bits, number: number): void => {
  let at = bits.at;
  while (bits.bytes[at] === 0xff && bits.bytes[at + 1] === 0xff) at++;
  if (bits.bytes[at] !== 0xff || bits.bytes[at + 1] !== 0xd0 + (number & 7))
    refuse('JPEG', `restart marker ${number & 7} is missing at byte ${at}; the file is damaged or cut off`);
  bits.at = at + 2;
  bits.count = 0;
};

/** How a scan goes over the picture: the blocks of one component line by line, or MCUs of several. */
const walk = ({ mcuColumns, mcuRows }: Frame, { parts }: Scan) => {
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? { alone: only, columns: Math.ceil(only.component.width / 8), rows: Math.ceil(only.component.height / 8) }
    : { alone: undefined, columns: mcuColumns, rows: mcuRows };
};

/** How many blocks a scan reads. */
export const blocksOf = (frame: Frame, scan: Scan): number => {
  const { alone, columns, rows } = walk(frame, scan);
  return columns * rows * (alone === undefined ? scan.parts.reduce((sum, { component }) => sum + component.across * component.down, 0) : 1);
};

/**
 * Reads the entropy-coded data of a scan, from byte `start`, into the coefficients of its parts.
 *
 * @returns the byte behind the data
 */
export const readScan = (bytes: Uint8Array, start: number, frame: Frame, scan: Scan): number => {
  const read = blockReader(frame, scan);
  const bits: Bits = { bytes, at: start, buffer: 0, count: 0 };
  const state: CoderState = { means: new Int32Array(scan.parts.length), ended: 0 };
  const { alone, columns, rows } = walk(frame, scan);
  for (let unit = 0; unit < columns * rows; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      restart(bits, unit / scan.restartInterval - 1);
      state.means.fill(0);
      state.ended = 0;
    }
    const row = Math.floor(unit / columns);
    const column = unit - row * columns;
    if (alone !== undefined) read(bits, alone, (row * alone.component.columns + column) * 64, state, 0);
    else
      for (const [i, part] of scan.parts.entries()) {
        const { across, down, columns: stored } = part.component;
        for (let v = 0; v < down; v++)
          for (let h = 0; h < across; h++) read(bits, part, ((row * down + v) * stored + column * across + h) * 64, state, i);
      }
  }
  return bits.at;
};
