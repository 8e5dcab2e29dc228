import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heat } from '../../src/core/image/colormap.ts';
import { adoptImage, plain } from '../../src/core/image/image.ts';
import { overlay, smooth } from '../../src/core/image/overlay.ts';
import { sideBySide } from '../../src/core/image/side-by-side.ts';
import { ShapeError, tensor } from '../../src/core/tensor/tensor.ts';

/** Lightness of OKLab (Ottosson 2020). */
const lightness = (rgb: readonly number[]): number => {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
};

const grids = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([gh, gw]) =>
    fc
      .array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: gh * gw, maxLength: gh * gw })
      .map((weights) => tensor([gh, gw], weights)),
  );

describe('heat', () => {
  it('rises evenly in lightness from 0.20 to 0.95', () => {
    for (let i = 0; i <= 64; i++) expect(Math.abs(lightness(heat(i / 64)) - (0.2 + (0.75 * i) / 64))).toBeLessThan(0.015);
  });
});

describe('smooth', () => {
  it('stays in the range of the weights', () =>
    fc.assert(
      fc.property(grids, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (grid, height, width) => {
        const [low, high] = [Math.min(...grid.data), Math.max(...grid.data)];
        for (const x of smooth(grid, height, width)) expect(x >= low - 1e-12 && x <= high + 1e-12).toBe(true);
      }),
    ));
  it('keeps a straight slope away from the border', () => {
    const slope = tensor([1, 6], [0, 1, 2, 3, 4, 5]);
    const map = smooth(slope, 1, 24);
    for (let x = 8; x < 16; x++) expect(map[x]).toBeCloseTo((x + 0.5) / 4 - 0.5, 12);
  });
});

describe('overlay', () => {
  const photograph = plain(8, 8, [100, 100, 100]);
  it('is brightest over the largest weight, row by row', () => {
    const { data } = overlay(photograph, tensor([2, 2], [0, 0, 1, 0]));
    const at = (x: number, y: number): number => lightness([...data.slice((y * 8 + x) * 3, (y * 8 + x) * 3 + 3)]);
    expect(at(0, 7)).toBeGreaterThan(at(0, 0) + 0.05);
    expect(at(0, 7)).toBeGreaterThan(at(7, 7) + 0.05);
  });
  it('of strength 0 is the photograph, of strength 1 hides it', () => {
    const weights = tensor([2, 2], [0, 1, 2, 3]);
    expect([...overlay(photograph, weights, { strength: 0 }).data]).toEqual([...photograph.data]);
    expect([...overlay(photograph, weights, { strength: 1 }).data]).toEqual([
      ...overlay(plain(8, 8, [0, 9, 255]), weights, { strength: 1 }).data,
    ]);
  });
  it('does not depend on the unit of the weights, unless a peak is given', () => {
    const [small, large] = [tensor([1, 3], [1, 2, 4]), tensor([1, 3], [2, 4, 8])];
    expect([...overlay(photograph, small).data]).toEqual([...overlay(photograph, large).data]);
    expect([...overlay(photograph, small, { peak: 8 }).data]).not.toEqual([...overlay(photograph, large, { peak: 8 }).data]);
  });
  it('of no attention at all is dark', () => expect(overlay(photograph, tensor([1, 1], [0]), { strength: 1 }).data[0]).toBe(22));
  it.each([
    ['a negative weight', tensor([1, 1], [-1])],
    ['a weight that is no number', tensor([1, 1], [Number.NaN])],
    ['a row', tensor([4], [1, 2, 3, 4])],
  ])('refuses %s', (_, grid) => expect(() => overlay(photograph, grid)).toThrow(ShapeError));
  it.each([
    [{ peak: Number.NaN }, 'the peak is finite and at least 0, got NaN'],
    [{ peak: -1 }, 'the peak is finite and at least 0, got -1'],
    [{ peak: Number.POSITIVE_INFINITY }, 'the peak is finite and at least 0, got Infinity'],
    [{ strength: 1.5 }, 'the strength is a number from 0 to 1, got 1.5'],
    [{ strength: Number.NaN }, 'the strength is a number from 0 to 1, got NaN'],
  ])('refuses %j', (options, message) =>
    expect(() => overlay(photograph, tensor([1, 1], [1]), options)).toThrow(new ShapeError('overlay', message)),
  );
});

describe('sideBySide', () => {
  it('sets images apart by the gap, on white', () => {
    const row = sideBySide([plain(1, 2, [1, 1, 1]), plain(2, 1, [7, 7, 7])], 1);
    expect([row.width, row.height]).toEqual([4, 2]);
    expect([...row.data].filter((_, i) => i % 3 === 0)).toEqual([1, 255, 7, 7, 1, 255, 255, 255]);
  });
  it('refuses an empty row and half a pixel', () => {
    expect(() => sideBySide([], 1)).toThrow(ShapeError);
    expect(() => sideBySide([adoptImage(1, 1, new Uint8Array(3))], 0.5)).toThrow(ShapeError);
  });
});
