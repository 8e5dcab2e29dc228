import type { Ops } from '../../language/ops.ts';
import { type Shape, type Shaped, sameShape, showShape } from '../../tensor/shape.ts';
import { buildProblems, type DeitConfig } from './config.ts';
import { type DeitParams, mapParams, namedParams, paramShapes, specification } from './params.ts';

/** What a model is run on. */
interface Given<T> {
  readonly p: DeitParams<T>;
  readonly image: T;
}

/** What is wrong with parameters of these shapes for a configuration, in one sentence each. */
const paramProblems = (c: DeitConfig, given: Readonly<Record<string, Shaped>>, blocks: number): readonly string[] => {
  // A block more or less is one mistake, not one for each of its parameters.
  const wanted = paramShapes({ ...c, depth: blocks });
  const misfits = Object.entries(wanted).flatMap(([name, shape]) => {
    if (!Object.hasOwn(given, name)) return [`parameter ${name} ${showShape(shape)} is missing`];
    return sameShape(given[name].shape, shape) ? [] : [`parameter ${name} is ${showShape(given[name].shape)}, not ${showShape(shape)}`];
  });
  return [
    ...(blocks === c.depth ? [] : [`the parameters are those of ${blocks} blocks, not of ${c.depth}`]),
    ...misfits,
    ...Object.keys(given)
      .filter((name) => !Object.hasOwn(wanted, name))
      .map((name) => `parameter ${name} ${showShape(given[name].shape)} does not belong to this configuration`),
  ];
};

const imageProblems = (image: Shape, wanted: Shape): readonly string[] =>
  image.length === 4 && sameShape(image.slice(1), wanted) ? [] : [`image ${showShape(image)} is not (B, ${wanted.join(', ')})`];

/**
 * Parameters and image of a configuration, compared by shape alone. Where they do not fit, every mistake is refused at
 * once, and what comes back in their place, for interpreters that go on, fits.
 */
export const fitted =
  <T extends Shaped>(o: Ops<T>) =>
  (c: DeitConfig, { p, image }: Given<T>): Given<T> => {
    const given = namedParams(p);
    const sides = [c.channels, ...c.image];
    const messages = [...imageProblems(image.shape, sides), ...paramProblems(c, given, p.blocks?.length ?? 0)];
    if (messages.length === 0) return { p, image };
    const nothing = o.refuse({ operation: 'deit', messages, shape: [] }, image, ...Object.values(given));
    return {
      p: mapParams(({ shape }) => o.repeatLeading(shape, nothing), specification(c)),
      image: o.repeatLeading([image.shape[0] ?? 1, ...sides], nothing),
    };
  };

/** What comes back in place of logits where the configuration is invalid: refused with all that is wrong with it. Undefined where nothing is. */
export const unbuildable =
  <T extends Shaped>(o: Ops<T>) =>
  (c: DeitConfig, { p, image }: Given<T>): T | undefined => {
    const messages = buildProblems(c);
    if (messages.length === 0) return undefined;
    return o.refuse(
      { operation: 'deit', messages, shape: [image.shape[0] ?? 1, c.classes], guess: true },
      image,
      ...Object.values(namedParams(p)),
    );
  };
