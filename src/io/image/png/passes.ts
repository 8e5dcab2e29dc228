import type { PngHeader } from './header.ts';

/** One sweep over the image: pixel `(i, j)` of the pass is pixel `(top + i·down, left + j·right)` of the image. */
export interface PngPass {
  readonly top: number;
  readonly left: number;
  readonly down: number;
  readonly right: number;
  readonly width: number;
  readonly height: number;
  /** Bytes of a row, without the filter byte before it. */
  readonly rowBytes: number;
}

/** PNG specification, 8.2: the seven passes of Adam7 as top, left, down, right. */
const adam7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
];

/** The passes of an image in file order, those without pixels left out. */
export const pngPasses = ({ width, height, depth, samples, interlaced }: PngHeader): readonly PngPass[] =>
  (interlaced ? adam7 : [[0, 0, 1, 1] as const])
    .map(([top, left, down, right]) => {
      const across = Math.ceil((width - left) / right);
      return {
        top,
        left,
        down,
        right,
        width: across,
        height: Math.ceil((height - top) / down),
        rowBytes: Math.ceil((across * depth * samples) / 8),
      };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);

/** Bytes of all rows and their filter bytes: what the compressed data must inflate to. */
export const inflatedSize = (passes: readonly PngPass[]): number =>
  passes.reduce((sum, { height, rowBytes }) => sum + height * (rowBytes + 1), 0);
