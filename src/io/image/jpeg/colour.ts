/** What the samples of a picture mean. */
export type ColourSpace = 'grey' | 'rgb' | 'ycc' | 'cmyk' | 'ycck';

/** A pixel's components, each `(n)`, to `n` RGB pixels in `out` from byte `at`. */
export type RowPainter = (rows: readonly Uint8ClampedArray[], n: number, out: Uint8ClampedArray, at: number) => void;

/**
 * Which colours the components are, from the application segments and the components' names, as libjpeg decides
 * (`libjpeg-turbo: jdapimin.c`).
 *
 * @param adobe the transform that an Adobe segment states
 */
export const colourSpace = (ids: readonly number[], jfif: boolean, adobe: number | undefined): ColourSpace => {
  if (ids.length === 1) return 'grey';
  if (ids.length === 4) return adobe === undefined || adobe === 0 ? 'cmyk' : 'ycck';
  if (jfif) return 'ycc';
  if (adobe !== undefined) return adobe === 0 ? 'rgb' : 'ycc';
  return String.fromCharCode(...ids) === 'RGB' ? 'rgb' : 'ycc';
};

/** ITU-T T.871: R = Y + 1.402 Cr and so on, with factors of 16 fractional bits; `yccRow` leaves clipping to the array. */
const yccRow: RowPainter = ([ys, bs, rs], n, out, at) => {
  if (ys === undefined || bs === undefined || rs === undefined) return;
  for (let i = 0, p = at; i < n; i++, p += 3) {
    const y = ys[i] as number;
    const cb = (bs[i] as number) - 128;
    const cr = (rs[i] as number) - 128;
    out[p] = y + ((91881 * cr + 32768) >> 16);
    out[p + 1] = y + ((-22554 * cb - 46802 * cr + 32768) >> 16);
    out[p + 2] = y + ((116130 * cb + 32768) >> 16);
  }
};

/** `a · b / 255`, rounded, for bytes. */
const share = (a: number, b: number): number => {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
};

/**
 * Inks as Adobe stores them, inverted, so that a stored value is the light that is left; black takes its share of it.
 * Pillow inverts, and multiplies the other way round: `light − (255 − stored) · light / 255`.
 */
const inkRow: RowPainter = ([, , , blacks], n, out, at) => {
  if (blacks === undefined) return;
  for (let i = 0, p = at; i < n; i++) {
    const light = blacks[i] as number;
    for (let c = 0; c < 3; c++, p++) out[p] = light - share(255 - (out[p] as number), light);
  }
};

const interleaved =
  (channels: readonly [number, number, number]): RowPainter =>
  (rows, n, out, at) => {
    for (const [c, channel] of channels.entries()) {
      const row = rows[channel] as Uint8ClampedArray;
      for (let i = 0; i < n; i++) out[at + i * 3 + c] = row[i] as number;
    }
  };

const rgbRow = interleaved([0, 1, 2]);

/** How a row of each colour space becomes RGB. */
export const painters: Readonly<Record<ColourSpace, RowPainter>> = {
  grey: interleaved([0, 0, 0]),
  rgb: rgbRow,
  ycc: yccRow,
  cmyk: (rows, n, out, at) => {
    rgbRow(rows, n, out, at);
    inkRow(rows, n, out, at);
  },
  ycck: (rows, n, out, at) => {
    yccRow(rows, n, out, at);
    for (let p = at; p < at + 3 * n; p++) out[p] = 255 - (out[p] as number);
    inkRow(rows, n, out, at);
  },
};
