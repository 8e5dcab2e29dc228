import type * as E from 'fp-ts/lib/Either.js';
import type { Unshown } from '../../core/model/deit/infer-config.ts';
import type { InputError } from '../error/error.ts';
import { attempt, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';

type Texts = Readonly<Record<string, string>>;

/** Others have their own heads and images among the texts of a file. */
const key = (field: keyof Unshown): string => `deit.${field}`;

/** How each is written as a text of a safetensors file, and read; undefined for a text that says none. */
const FIELDS: {
  readonly [F in keyof Unshown]: {
    readonly is: string;
    readonly write: (value: Unshown[F]) => string;
    readonly read: (text: string) => Unshown[F] | undefined;
  };
} = {
  heads: { is: 'a whole number above 0', write: String, read: (text) => count(text) },
  eps: {
    is: 'a number above 0',
    write: String,
    read: (text) =>
      /^\d+(\.\d+)?(e[-+]?\d+)?$/.test(text) && Number(text) > 0 && Number.isFinite(Number(text)) ? Number(text) : undefined,
  },
  image: {
    is: 'a height and a width, as 224x384',
    write: (sides) => sides.join('x'),
    read: (text) => {
      const [height, width, ...more] = text.split('x').map(count);
      return height === undefined || width === undefined || more.length > 0 ? undefined : [height, width];
    },
  },
};

const count = (text: string): number | undefined =>
  /^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;

/**
 * What no tensor of a model shows (its heads, LayerNorm's eps and the sides of the image), as texts for the `__metadata__` of its file.
 *
 * @example
 * configMetadata(deitConfig({ dim: 64, depth: 2, heads: 4 })) // { 'deit.heads': '4', 'deit.eps': '0.000001', 'deit.image': '224x224' }
 */
export const configMetadata = ({ heads, eps, image }: Partial<Unshown>): Texts => ({
  ...(heads === undefined ? {} : { [key('heads')]: FIELDS.heads.write(heads) }),
  ...(eps === undefined ? {} : { [key('eps')]: FIELDS.eps.write(eps) }),
  ...(image === undefined ? {} : { [key('image')]: FIELDS.image.write(image) }),
});

/**
 * The same, read back from the metadata of a file, as far as they are there: what `inferConfig` takes beside the shapes.
 *
 * @returns `Left` where one of them is there and is invalid.
 * @example
 * metadataConfig({ format: 'pt', 'deit.heads': '4' }) // right({ heads: 4 })
 * metadataConfig({ 'deit.heads': 'four' })
 * // left({ message: 'safetensors: __metadata__ says deit.heads "four", which is not a whole number above 0; give the model with --config', … })
 */
export const metadataConfig = (metadata: Texts): E.Either<InputError, Partial<Unshown>> =>
  attempt(() => {
    const read = <F extends keyof Unshown>(field: F): Partial<Unshown> => {
      const text = Object.hasOwn(metadata, key(field)) ? metadata[key(field)] : undefined;
      if (text === undefined) return {};
      const value = FIELDS[field].read(text);
      if (value !== undefined) return { [field]: value };
      return refuse(
        'safetensors',
        `__metadata__ says ${key(field)} ${quoted(text)}, which is not ${FIELDS[field].is}; give the model with --config`,
      );
    };
    return { ...read('heads'), ...read('eps'), ...read('image') };
  });
