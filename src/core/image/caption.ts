import { adoptImage, type Image } from './image.ts';

/** Rows of a glyph from the top, five bits each, the highest on the left. */
type Glyph = readonly number[];

const GLYPHS: Readonly<Record<string, Glyph>> = {
  A: [14, 17, 17, 31, 17, 17, 17],
  B: [30, 17, 17, 30, 17, 17, 30],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [30, 17, 17, 17, 17, 17, 30],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  G: [14, 17, 16, 23, 17, 17, 14],
  H: [17, 17, 17, 31, 17, 17, 17],
  I: [14, 4, 4, 4, 4, 4, 14],
  J: [1, 1, 1, 1, 17, 17, 14],
  K: [17, 18, 20, 24, 20, 18, 17],
  L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  N: [17, 25, 21, 19, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  P: [30, 17, 17, 30, 16, 16, 16],
  Q: [14, 17, 17, 17, 21, 18, 13],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  U: [17, 17, 17, 17, 17, 17, 14],
  V: [17, 17, 17, 17, 17, 10, 4],
  W: [17, 17, 17, 21, 21, 27, 17],
  X: [17, 17, 10, 4, 10, 17, 17],
  Y: [17, 17, 10, 4, 4, 4, 4],
  Z: [31, 1, 2, 4, 8, 16, 31],
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 6, 8, 16, 31],
  '3': [31, 1, 2, 6, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  '.': [0, 0, 0, 0, 0, 12, 12],
  ',': [0, 0, 0, 0, 12, 4, 8],
  ':': [0, 12, 12, 0, 12, 12, 0],
  '%': [24, 25, 2, 4, 8, 19, 3],
  '-': [0, 0, 0, 31, 0, 0, 0],
};

const COLUMNS = 5;
const ROWS = 7;
const MARGIN = 3;

/** Pixels that a caption adds above an image. */
export const CAPTION_HEIGHT = ROWS + 2 * MARGIN;

/**
 * An image under a line of text: black on white, capitals, digits and `. , : % -`, five by seven pixels each; what does not fit in its width is cut, and
 * a character that has no glyph is a space.
 *
 * @example
 * captioned(plain(40, 30, [9, 9, 9]), 'cls').height // 43
 */
export const captioned = (image: Image, text: string): Image => {
  const height = image.height + CAPTION_HEIGHT;
  const row = 3 * image.width;
  const out = new Uint8Array(row * height).fill(255, 0, row * CAPTION_HEIGHT);
  out.set(image.data, row * CAPTION_HEIGHT);
  for (const [i, character] of [...text.toUpperCase()].entries()) {
    const left = 1 + i * (COLUMNS + 1);
    if (left + COLUMNS > image.width) break;
    GLYPHS[character]?.forEach((bits, y) => {
      for (let x = 0; x < COLUMNS; x++)
        if ((bits >> (COLUMNS - 1 - x)) & 1) out.fill(0, (MARGIN + y) * row + 3 * (left + x), (MARGIN + y) * row + 3 * (left + x + 1));
    });
  }
  return adoptImage(image.width, height, out);
};
