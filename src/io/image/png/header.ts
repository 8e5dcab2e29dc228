import { refuse } from '../../error/refusal.ts';
import type { PngChunk } from './chunks.ts';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** Samples of a pixel: 1 grey or palette index, 2 grey and alpha, 3 colour, 4 colour and alpha. */
  readonly samples: 1 | 2 | 3 | 4;
  readonly indexed: boolean;
  readonly interlaced: boolean;
}

interface ColourType {
  readonly samples: 1 | 2 | 3 | 4;
  readonly depths: readonly number[];
}

/** PNG specification, table 11.1: colour types and the depths that each may have. */
const colourTypes: Readonly<Record<number, ColourType>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/** Reads the first chunk of a file, which must be IHDR. */
export const pngHeader = ({ type, data }: PngChunk): PngHeader => {
  if (type !== 'IHDR' || data.length !== 13)
    return refuse('PNG', `the first chunk is ${type} of ${data.length} bytes and not IHDR of 13; the file is damaged`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [depth, colour, compression, filter, interlace] = [8, 9, 10, 11, 12].map((at) => view.getUint8(at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const known = colourTypes[colour];
  if (!known?.depths.includes(depth))
    return refuse('PNG', `the header states colour type ${colour} with ${depth} bits, which PNG does not have`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    return refuse(
      'PNG',
      `the header states compression ${compression}, filter ${filter} and interlace ${interlace}, which PNG does not have`,
    );
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    samples: known.samples,
    indexed: colour === 3,
    interlaced: interlace === 1,
  };
};
