import type * as E from 'fp-ts/lib/Either.js';
import { type Shape, sameShape, showShape, size } from '../../core/tensor/shape.ts';
import { adopt, type Tensor } from '../../core/tensor/tensor.ts';
import type { InputError } from '../error/error.ts';
import { lookup, recordOf } from '../error/record.ts';
import { attempt, refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { shapesIn, understood, type Weights } from './detect.ts';
import { huggingFaceClass, huggingFaceNames, type Naming } from './schemes.ts';

export { timmShapes, type Weights } from './detect.ts';
export { detectNaming, huggingFaceClass, huggingFaceNames, type Naming } from './schemes.ts';

/** Rows of tensors one after another: `(a, …)` and `(b, …)` give `(a + b, …)`. */
const stack = (parts: readonly Tensor[]): Tensor => {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? adopt([0], new Float64Array(0));
  const rows = parts.reduce((n, { shape }) => n + (shape[0] ?? 1), 0);
  const out = new Float64Array(parts.reduce((n, { shape }) => n + size(shape), 0));
  let at = 0;
  for (const { data } of parts) {
    out.set(data, at);
    at += data.length;
  }
  return adopt([rows, ...first.shape.slice(1)], out);
};

/** Equal shares of a tensor's rows: `(3n, …)` gives three of `(n, …)`. */
const split = ({ shape, data }: Tensor, count: number): readonly Tensor[] => {
  const share = data.length / count;
  const part = [(shape[0] ?? 0) / count, ...shape.slice(1)];
  return Array.from({ length: count }, (_, i) => adopt(part, data.slice(i * share, (i + 1) * share)));
};

const share = (shape: Shape, count: number): Shape => (count === 1 ? shape : [(shape[0] ?? 0) / count, ...shape.slice(1)]);

const sentence = (naming: Naming, faults: Readonly<Record<string, readonly string[]>>): string =>
  `under ${naming === 'timm' ? "timm's names" : `the names of ${naming}`}: ${Object.entries(faults)
    .filter(([, names]) => names.length > 0)
    .map(([fault, names]) => `${names.length} ${fault}: ${names.join(', ')}`)
    .join('; ')}`;

/**
 * Weights under timm's names, from a file in any of the namings: Hugging Face's separate query, key and value become the rows of `qkv`. A prefix
 * `module.` on every name, which distributed training leaves, is dropped.
 *
 * @param expected the shape of every parameter by timm name; without it the names decide, and only what cannot be renamed is an error.
 * @returns `Left` with every missing, unexpected and misshapen parameter at once, under the file's own names.
 * @example
 * toTimm({ cls_token: tensor([1, 1, 2], [3, 4]) }, { cls_token: [1, 1, 2] }) // right({ cls_token: { … } })
 */
export const toTimm = (weights: Weights, expected?: Readonly<Record<string, Shape>>): E.Either<InputError, Weights> =>
  attempt(() => {
    const file = understood(weights);
    const { given, naming, partsOf } = file;
    const missing: string[] = [];
    const alien: string[] = [];
    const misshapen: string[] = [];
    const used = new Set<string>();
    const out = Object.entries(expected ?? shapesIn(file)).map(([name, shape]) => {
      const parts = partsOf(name);
      if (parts === undefined) alien.push(quoted(name));
      const should = share(shape, parts?.length ?? 1);
      const found = (parts ?? []).flatMap((part) => {
        used.add(part);
        const has = lookup(given, part);
        if (has === undefined) missing.push(`${quoted(part)} ${showShape(should)}`);
        else if (!sameShape(has.shape, should)) misshapen.push(`${quoted(part)} is ${showShape(has.shape)}, not ${showShape(should)}`);
        return has ?? [];
      });
      return [name, found] as const;
    });
    const surplus = Object.keys(given).filter((name) => !used.has(name));
    const faults = {
      missing,
      'that this class has no name for': alien,
      'not expected': surplus.map(quoted),
      'of another shape': misshapen,
    };
    if (Object.values(faults).some((names) => names.length > 0)) return refuse('weights', sentence(naming, faults));
    return recordOf(out.map(([name, parts]) => [name, stack(parts)] as const));
  });

/**
 * Weights under the names of a Hugging Face class, from timm's: the rows of `qkv` become query, key and value.
 *
 * @param naming the class; by default the one that has just these parameters.
 * @returns `Left` with every parameter that the class does not have, or whose rows do not divide by three.
 * @example
 * toHuggingFace({ 'head.bias': tensor([2], [1, 2]) }) // right({ 'classifier.bias': { shape: [2], … } })
 */
export const toHuggingFace = (
  weights: Weights,
  naming: Exclude<Naming, 'timm'> = huggingFaceClass(Object.keys(weights)),
): E.Either<InputError, Weights> =>
  attempt(() => {
    const surplus: string[] = [];
    const misshapen: string[] = [];
    const out = Object.entries(weights).flatMap(([name, value]): readonly (readonly [string, Tensor])[] => {
      const parts = huggingFaceNames(name, naming);
      if (parts === undefined) surplus.push(quoted(name));
      else if ((value.shape[0] ?? 0) % parts.length !== 0)
        misshapen.push(`${quoted(name)} is ${showShape(value.shape)}, whose rows do not divide by ${parts.length}`);
      else if (parts.length === 1) return parts.map((part) => [part, value] as const);
      else return split(value, parts.length).map((part, i) => [parts[i] as string, part] as const);
      return [];
    });
    if (surplus.length + misshapen.length > 0)
      return refuse('weights', `for ${naming}, ${sentence('timm', { 'not expected': surplus, 'of another shape': misshapen })}`);
    return recordOf(out);
  });
