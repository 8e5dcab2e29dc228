import { MAX_PIXELS } from '../../core/image/image.ts';
import { refuse } from '../error/refusal.ts';

/** What an image file may ask for before memory is allocated for it. */
export interface DecodeOptions {
  /** Most pixels that a file may declare. @defaultValue `MAX_PIXELS`, 64 Mi */
  readonly maxPixels?: number;
}

/** Refuses a size that a header declares when no image of it may be made. Called before anything is allocated. */
export const checkDeclared = (format: string, width: number, height: number, { maxPixels = MAX_PIXELS }: DecodeOptions): void => {
  if (width === 0 || height === 0) refuse(format, `the header declares ${width}×${height} pixels, so there is no picture`);
  if (width * height > maxPixels)
    refuse(format, `the header declares ${width}×${height} pixels, over the limit of ${maxPixels}; shrink the picture or raise maxPixels`);
};
