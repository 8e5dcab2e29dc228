import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DeitConfig, grid } from '../../core/model/deit/config.ts';
import { inferConfig, type Unshown } from '../../core/model/deit/infer-config.ts';
import { ZOO } from '../../core/model/zoo.ts';
import { type InputError, inputError } from '../error/error.ts';
import { timmShapes } from '../naming/rename.ts';
import { configMetadata, metadataConfig } from './config-metadata.ts';
import type { Checkpoint } from './read-checkpoint.ts';

/** Which model a file holds, and how that is known. */
export interface IdentifiedModel {
  readonly config: DeitConfig;
  /** What no tensor shows, as far as the file or the caller says it. */
  readonly known: Partial<Unshown>;
  /** What was inferred or ignored, one sentence each. */
  readonly remarks: readonly string[];
}

const asTexts = (texts: readonly (readonly [field: string, text: string])[]): string =>
  texts.map(([field, text]) => `${field} ${text}`).join(', ');

const PUBLISHED = Object.values(ZOO);

/** What neither a shape nor the metadata says, and no published model of these sizes confirms. */
const inferences = (c: DeitConfig, known: Partial<Unshown>): readonly string[] => {
  const [rows, columns] = grid(c);
  const heads = PUBLISHED.some(({ dim, depth, hidden }) => dim === c.dim && depth === c.depth && hidden === c.hidden);
  const image = PUBLISHED.some(({ patch, image }) => patch === c.patch && image[0] === c.image[0]);
  const inferred = [
    ...(heads || known.heads !== undefined ? [] : [`heads ${c.heads} inferred from width ${c.dim}, 64 channels a head`]),
    ...(image || known.image !== undefined ? [] : [`image ${c.image.join('×')} inferred from ${rows * columns} patches in a square`]),
  ];
  return inferred.length === 0 ? [] : [`${inferred.join('; ')}; give --config if it has others`];
};

/** The model that the shapes and the metadata of a file show. */
export const identifyFromFile = ({ weights, metadata }: Checkpoint): E.Either<InputError, IdentifiedModel> =>
  pipe(
    E.Do,
    E.bind('known', () => metadataConfig(metadata)),
    E.bind('shapes', () => timmShapes(weights)),
    E.chain(({ known, shapes }) =>
      pipe(
        inferConfig(shapes, known),
        E.bimap(
          (message) => {
            const said = asTexts(Object.entries(configMetadata(known)));
            return inputError(
              'weights',
              said === '' ? message : `${message} (its metadata says ${said}; give --config where that is wrong)`,
            );
          },
          (config) => ({ config, known, remarks: inferences(config, known) }),
        ),
      ),
    ),
  );

/** The model that the caller names; where the metadata of the file says otherwise, that is remarked. */
export const identifyFromConfig = (config: DeitConfig, { metadata }: Checkpoint): IdentifiedModel => {
  const { heads, eps, image } = config;
  const ours = configMetadata({ heads, eps, image });
  const said = metadataConfig(metadata);
  const theirs = Object.entries(E.isRight(said) ? configMetadata(said.right) : {});
  const other = asTexts(theirs.filter(([field, text]) => ours[field] !== text));
  const remarks = other === '' ? [] : [`its metadata says ${other}, and is not heeded: a model was named that has others`];
  return { config, known: { heads, eps, image }, remarks };
};
