import { adoptImage, type Image } from '../../../core/image/image.ts';
import { refuse } from '../../error/refusal.ts';
import { type ColourSpace, painters } from './colour.ts';
import type { Frame } from './frame.ts';
import { samples } from './idct.ts';
import type { Plane } from './scan-header.ts';
import { rowReader } from './upsample.ts';

/** The picture that the coefficients of all scans give. */
export const paint = (frame: Frame, planes: readonly Plane[], space: ColourSpace): Image => {
  const { width, height, across, mcuColumns } = frame;
  const rows = planes.map(() => new Uint8ClampedArray(mcuColumns * 8 * across));
  const readers = planes.map(({ component, coefficients, steps }) =>
    steps === undefined
      ? refuse('JPEG', `component ${component.id} of the picture is missing; the file is damaged`)
      : rowReader(frame, component, samples(coefficients, steps, component.columns, component.rows)),
  );
  const out = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (const [i, reader] of readers.entries()) reader(y, rows[i] as Uint8ClampedArray);
    painters[space](rows, width, out, y * width * 3);
  }
  return adoptImage(width, height, new Uint8Array(out.buffer));
};
