import { describe, expect, it } from 'vitest';
import { FORMATS, type FormatName, rounding } from '../../src/core/interpret/rounded.ts';

/** Significand bits, smallest and largest exponent of normal numbers, as IEEE 754 and the vendors define them. */
const DEFINED: readonly (readonly [FormatName, number, number, number])[] = [
  ['F32', 24, -126, 127],
  ['F16', 11, -14, 15],
  ['BF16', 8, -126, 127],
  ['TF32', 11, -126, 127],
];

describe.each(DEFINED)('%s', (name, bits, least, most) => {
  const round = rounding(FORMATS[name]);
  const largest = (2 - 2 ** (1 - bits)) * 2 ** most;
  const smallest = 2 ** (least - bits + 1);
  it('holds its largest number, and rounds to infinity from half a place beyond it', () => {
    const beyond = (2 - 2 ** -bits) * 2 ** most;
    expect([largest, beyond * (1 - 2 ** -53), beyond, -beyond].map(round)).toEqual([
      largest,
      largest,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });
  it('holds its smallest subnormal number, and rounds half of it to 0', () => {
    expect([smallest, 1.5 * smallest, 0.75 * smallest, 0.5 * smallest].map(round)).toEqual([smallest, 2 * smallest, smallest, 0]);
  });
  it('has all its bits in the smallest normal number, and one less below', () => {
    const last = 2 ** (1 - bits);
    const normal = (1 + last) * 2 ** least;
    expect(round(normal)).toBe(normal);
    expect(round(normal / 2)).toBe(2 ** (least - 1));
  });
});
