import type { Rgb } from './evaluation-transform.ts';

/**
 * Nine colours from dark violet over red to yellow. Computed in OKLCh (Ottosson 2020): lightness 0.20 to 0.95 in equal steps, hue
 * 285° to 110°, 95 % of the chroma that sRGB allows, at most 0.2. Equal steps of a value are equal steps of lightness, also in grey and
 * to the colour-blind.
 */
const anchors: readonly Rgb[] = [
  [22, 2, 69],
  [64, 6, 97],
  [114, 11, 107],
  [166, 18, 100],
  [213, 47, 75],
  [243, 94, 26],
  [248, 152, 35],
  [253, 200, 59],
  [248, 249, 50],
];

/**
 * Colour of a value in `[0, 1]`, dark to light; values outside are clipped. Channels are 0 to 255, not rounded.
 *
 * @example
 * heat(0) // [22, 2, 69]
 */
export const heat = (value: number): Rgb => {
  const x = Math.min(1, Math.max(0, value)) * (anchors.length - 1);
  const i = Math.min(anchors.length - 2, Math.floor(x));
  const [low, high] = [anchors[i] as Rgb, anchors[i + 1] as Rgb];
  const between = (c: 0 | 1 | 2): number => low[c] + (x - i) * (high[c] - low[c]);
  return [between(0), between(1), between(2)];
};
