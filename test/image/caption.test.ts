import { describe, expect, it } from 'vitest';
import { CAPTION_HEIGHT, captioned } from '../../src/core/image/caption.ts';
import { plain } from '../../src/core/image/image.ts';

/** The strip of a caption as text: `#` where it is black. */
const strip = (width: number, text: string): readonly string[] => {
  const { data } = captioned(plain(width, 2, [7, 8, 9]), text);
  const shown = (x: number, y: number): string => (data[3 * (y * width + x)] === 0 ? '#' : '.');
  return Array.from({ length: CAPTION_HEIGHT }, (_, y) => Array.from({ length: width }, (_, x) => shown(x, y)).join(''));
};

describe('captioned', () => {
  it('writes the letters above the image, which stays as it is', () => {
    expect(strip(13, 'tl').slice(3, 10)).toEqual([
      '.#####.#.....',
      '...#...#.....',
      '...#...#.....',
      '...#...#.....',
      '...#...#.....',
      '...#...#.....',
      '...#...#####.',
    ]);
    const { data, width, height } = captioned(plain(13, 2, [7, 8, 9]), 'tl');
    expect([width, height]).toEqual([13, 2 + CAPTION_HEIGHT]);
    expect([...data.slice(-6)]).toEqual([7, 8, 9, 7, 8, 9]);
  });

  it('cuts what does not fit, and leaves a space for what it cannot write', () => {
    expect(strip(12, 'ttt')).toEqual(strip(12, 'tt'));
    expect(strip(20, 'λt')).toEqual(strip(20, ' t'));
  });
});
