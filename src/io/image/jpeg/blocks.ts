import { refuse } from '../../error/refusal.ts';
import type { Component, Frame } from './frame.ts';
import { type Bits, type Huffman, take, takeSigned, takeSymbol } from './huffman.ts';

/** Position in a block, row by row, of the coefficient that comes `k`-th in the file (T.81, figure A.6). */
export const zigzag: readonly number[] = (() => {
  const order: number[] = [];
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    const cells = Array.from({ length: 8 }, (_, row) => ({ row, column: diagonal - row })).filter(
      ({ column }) => column >= 0 && column < 8,
    );
    order.push(...(diagonal % 2 === 0 ? cells.reverse() : cells).map(({ row, column }) => row * 8 + column));
  }
  return order;
})();

/** A component in a scan: where its coefficients go and which tables it reads. */
export interface Part {
  readonly component: Component;
  /** 64 a block, blocks row by row, each row by row of frequencies. */
  readonly coefficients: Int16Array;
  readonly dc: Huffman;
  readonly ac: Huffman;
}

/** What a scan header says: its components, the band of frequencies `[from, to]`, and the bits `low` (and above, unless refining). */
export interface Scan {
  readonly parts: readonly Part[];
  readonly from: number;
  readonly to: number;
  readonly refines: boolean;
  readonly low: number;
  readonly restartInterval: number;
}

/** What the coder carries from block to block. */
export interface CoderState {
  /** The last mean of each part. */
  readonly means: Int32Array;
  /** Blocks that have ended already (progressive). */
  ended: number;
}

/** Reads one block: its coefficients start at `at`, and `index` tells the part among those of the scan. */
export type BlockReader = (bits: Bits, part: Part, at: number, state: CoderState, index: number) => void;

const outside = (): never => refuse('JPEG', 'a block has more than 64 coefficients; the file is damaged');

const mean = (bits: Bits, part: Part, state: CoderState, index: number): number => {
  const value = (state.means[index] as number) + takeSigned(bits, takeSymbol(bits, part.dc));
  state.means[index] = value;
  return value;
};

/** A whole block (T.81, F.2.2). */
const sequential: BlockReader = (bits, part, at, state, index) => {
  part.coefficients[at] = mean(bits, part, state, index);
  const table = part.ac;
  for (let k = 1; k < 64; k++) {
    const symbol = takeSymbol(bits, table);
    const length = symbol & 15;
    k += symbol >> 4;
    if (length === 0) {
      if (symbol !== 0xf0) return;
    } else if (k > 63) outside();
    else part.coefficients[at + (zigzag[k] as number)] = takeSigned(bits, length);
  }
};

/** The upper bits of the means (T.81, G.1.2.1). */
const firstMean =
  ({ low }: Scan): BlockReader =>
  (bits, part, at, state, index) => {
    part.coefficients[at] = mean(bits, part, state, index) << low;
  };

/** One more bit of the means. */
const refinedMean =
  ({ low }: Scan): BlockReader =>
  (bits, part, at) => {
    if (take(bits, 1) === 1) part.coefficients[at] = (part.coefficients[at] as number) | (1 << low);
  };

/** How many blocks, this one included, end here: `2^r` and `r` more bits. */
const run = (bits: Bits, r: number): number => (1 << r) + (r === 0 ? 0 : take(bits, r));

/** The upper bits of a band (T.81, G.1.2.2). */
const firstBand =
  ({ from, to, low }: Scan): BlockReader =>
  (bits, part, at, state) => {
    if (state.ended > 0) {
      state.ended--;
      return;
    }
    const table = part.ac;
    for (let k = from; k <= to; k++) {
      const symbol = takeSymbol(bits, table);
      const [skip, length] = [symbol >> 4, symbol & 15];
      if (length === 0 && skip < 15) {
        state.ended = run(bits, skip) - 1;
        return;
      }
      k += skip;
      if (length === 0) continue;
      if (k > to) outside();
      part.coefficients[at + (zigzag[k] as number)] = takeSigned(bits, length) << low;
    }
  };

/** One more bit of a band (T.81, G.1.2.3): of the coefficients that are not zero, and new ones of ±1. */
const refinedBand =
  ({ from, to, low }: Scan): BlockReader =>
  (bits, part, at, state) => {
    const { coefficients } = part;
    const one = 1 << low;
    /** Refines from position `k` on, until `zeros` zero coefficients are passed. @returns the position of the next zero one */
    const refine = (start: number, zeros: number): number => {
      let left = zeros;
      for (let k = start; k <= to; k++) {
        const p = at + (zigzag[k] as number);
        const value = coefficients[p] as number;
        if (value === 0) {
          if (left-- === 0) return k;
        } else if (take(bits, 1) === 1 && (value & one) === 0) coefficients[p] = value + (value > 0 ? one : -one);
      }
      return to + 1;
    };
    let k = from;
    if (state.ended === 0) {
      const table = part.ac;
      for (; k <= to; k++) {
        const symbol = takeSymbol(bits, table);
        const [skip, length] = [symbol >> 4, symbol & 15];
        if (length === 0 && skip < 15) {
          state.ended = run(bits, skip);
          break;
        }
        if (length > 1) refuse('JPEG', 'a refinement adds more than one bit; the file is damaged');
        const value = length === 0 ? 0 : take(bits, 1) === 1 ? one : -one;
        k = refine(k, skip);
        if (value === 0) continue;
        if (k > to) outside();
        coefficients[at + (zigzag[k] as number)] = value;
      }
    }
    if (state.ended > 0) {
      refine(k, 64);
      state.ended--;
    }
  };

/** How the blocks of a scan are read. */
export const blockReader = (frame: Frame, scan: Scan): BlockReader => {
  if (!frame.progressive) return sequential;
  if (scan.from === 0) return scan.refines ? refinedMean(scan) : firstMean(scan);
  return scan.refines ? refinedBand(scan) : firstBand(scan);
};
