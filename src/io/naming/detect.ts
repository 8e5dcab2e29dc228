import type * as E from 'fp-ts/lib/Either.js';
import type { Shape } from '../../core/tensor/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { InputError } from '../error/error.ts';
import { recordOf } from '../error/record.ts';
import { accept, attempt } from '../error/refusal.ts';
import { depthOf, detectNaming, type Naming, partsIn, timmNames } from './schemes.ts';

/** Tensors by name. */
export type Weights = Readonly<Record<string, Tensor>>;

/** Weights as a file names them, and how those names are to be read. */
export interface Understood {
  readonly given: Weights;
  readonly naming: Naming;
  /** The file's names for a timm parameter: one, three whose rows follow each other, or `undefined` where the naming has no place for it. */
  readonly partsOf: (timm: string) => readonly string[] | undefined;
}

/** How the names of a file are to be read; a prefix `module.` on all of them is dropped. Ends the surrounding attempt when they are of no known kind. */
export const understood = (weights: Weights): Understood => {
  const entries = Object.entries(weights);
  const wrapped = entries.length > 0 && entries.every(([name]) => name.startsWith('module.'));
  const given = wrapped ? recordOf(entries.map(([name, value]) => [name.slice('module.'.length), value] as const)) : weights;
  const names = Object.keys(given);
  const naming = accept(detectNaming(names));
  return { given, naming, partsOf: partsIn(names, naming) };
};

/** The shape of every timm parameter of which at least one part is there, as the first of them tells. */
export const shapesIn = ({ given, naming, partsOf }: Understood): Readonly<Record<string, Shape>> => {
  const names = Object.keys(given);
  return recordOf(
    (naming === 'timm' ? names : timmNames(depthOf(names))).flatMap((name): readonly (readonly [string, Shape])[] => {
      const parts = partsOf(name) ?? [];
      const first = parts.find((part) => Object.hasOwn(given, part));
      if (first === undefined) return [];
      const { shape } = given[first];
      return [[name, parts.length === 1 ? shape : [(shape[0] ?? 1) * parts.length, ...shape.slice(1)]]];
    }),
  );
};

/**
 * The shapes by timm name of the parameters in a file of any naming, whatever is missing or misshapen: what `inferConfig` tells the model by.
 * Three parts of one parameter have the shape that the first of them tells, and names that do not belong to the naming are left out.
 *
 * @returns `Left` when the names are neither timm's nor Hugging Face's.
 * @example
 * timmShapes({ 'vit.layernorm.bias': tensor([2], [1, 2]), 'classifier.bias': tensor([1], [3]) }) // right({ 'norm.bias': [2], 'head.bias': [1] })
 */
export const timmShapes = (weights: Weights): E.Either<InputError, Readonly<Record<string, Shape>>> =>
  attempt(() => shapesIn(understood(weights)));
