import * as E from 'fp-ts/lib/Either.js';
import type { Shape } from '../../tensor/shape.ts';
import { configProblems, type DeitConfig, deitConfig, specialTokens, tokenCount } from './config.ts';
import { paramShapes } from './params.ts';

type Shapes = Readonly<Record<string, Shape>>;
type Size = 'patch' | 'channels' | 'dim' | 'hidden' | 'classes' | 'tokens';

/** A DeiT of one block whose sizes all differ, so that the length of an axis of its parameters says which size that axis shows. */
const TEMPLATE = deitConfig({
  image: [34, 34],
  patch: 2,
  channels: 3,
  dim: 5,
  depth: 1,
  heads: 1,
  hidden: 7,
  classes: 11,
  distilled: true,
});
const TEMPLATE_SHAPES = paramShapes(TEMPLATE);
const SIZES: ReadonlyMap<number, Size> = new Map<number, Size>([
  ...(['patch', 'channels', 'dim', 'hidden', 'classes'] as const).map((size) => [TEMPLATE[size], size] as const),
  [tokenCount(TEMPLATE), 'tokens'],
]);

/** Patches of the published models for 224×224 pixels. */
const PATCHES = 14 * 14;

/** The number of the block that a parameter belongs to, and the shape that it has in the template, where it has one. */
const placeOf = (name: string): readonly [block: number, template: Shape | undefined] => {
  const [start, block = '-1'] = /^blocks\.(0|[1-9]\d*)\./.exec(name) ?? [''];
  const first = start === '' ? name : `blocks.0.${name.slice(start.length)}`;
  return [Number(block), Object.hasOwn(TEMPLATE_SHAPES, first) ? TEMPLATE_SHAPES[first] : undefined];
};

/** Each size as most parameters show it; of two as frequent the one shown first. A few misshapen parameters decide nothing. */
const shownSizes = (shapes: Shapes): Partial<Record<Size, number>> => {
  const votes: Partial<Record<Size, Map<number, number>>> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const [, template] = placeOf(name);
    if (template?.length !== shape.length) continue;
    template.forEach((length, axis) => {
      const size = SIZES.get(length);
      if (size === undefined) return;
      votes[size] ??= new Map();
      votes[size].set(shape[axis], (votes[size].get(shape[axis]) ?? 0) + 1);
    });
  }
  return Object.fromEntries(Object.entries(votes).map(([size, counted]) => [size, [...counted].sort(([, a], [, b]) => b - a)[0][0]]));
};

/** One more than the largest number of a block. A DeiT has more parameters than blocks, so no stray name makes it huge. */
const shownDepth = (names: readonly string[]): number =>
  names.reduce((depth, name) => {
    const [block, template] = placeOf(name);
    return template !== undefined && block < names.length ? Math.max(depth, block + 1) : depth;
  }, 0);

/** What the shape of no parameter shows. */
export type Unshown = Pick<DeitConfig, 'heads' | 'eps' | 'image'>;

/** The sides of an image of so many patches: as known where that makes as many, or those of a square. */
const imageOf = (
  patch: number,
  patches: number | undefined,
  known: DeitConfig['image'] | undefined,
): E.Either<string, DeitConfig['image']> => {
  if (known !== undefined) {
    const made = known.reduce((n, side) => (n * side) / patch, 1);
    return patches === undefined || made === patches
      ? E.right(known)
      : E.left(`an image ${known.join('×')} makes ${made} patches of side ${patch}, and the position embedding has ${patches}`);
  }
  const count = patches ?? PATCHES;
  const side = Math.round(Math.sqrt(count));
  return count < 1 || side * side !== count
    ? E.left(`${count} patches do not make a square grid, so the image size cannot be told; give it with --config`)
    : E.right([side * patch, side * patch]);
};

/**
 * The configuration that parameters of these shapes (by timm name) belong to, as far as shapes tell. What they do not show is as `known` says,
 * or as in every published DeiT: 64 channels a head, eps 1e-6, a square image. Each size is what most parameters show, and DeiT's own where none is
 * there to show it: compare with the `paramShapes` of the outcome to find what is missing or misshapen. Left says what cannot be told.
 *
 * @example
 * inferConfig(paramShapes(ZOO.deit_tiny_patch16_224)) // { _tag: 'Right', right: ZOO.deit_tiny_patch16_224 }
 * const c = deitConfig({ dim: 64, depth: 2, heads: 4 });
 * inferConfig(paramShapes(c), { heads: 4 }) // { _tag: 'Right', right: c }
 */
export const inferConfig = (shapes: Shapes, known: Partial<Unshown> = {}): E.Either<string, DeitConfig> => {
  const names = Object.keys(shapes);
  const { tokens, dim, ...sizes } = shownSizes(shapes);
  const depth = shownDepth(names);
  if (depth === 0 || dim === undefined)
    return E.left('no block (blocks.0.norm1.weight …) is among them: these are not the parameters of a DeiT under timm names');
  if (known.heads === undefined && dim % 64 !== 0)
    return E.left(`width ${dim} is not a multiple of 64, so the number of heads cannot be told; give it with --config`);
  const distilled = names.some((name) => name === 'dist_token' || name.startsWith('head_dist.'));
  const { heads = dim / 64, eps, image } = known;
  const published = deitConfig({ dim, depth, heads, distilled, ...sizes, ...(eps === undefined ? {} : { eps }) });
  const sides = imageOf(published.patch, tokens === undefined ? undefined : tokens - specialTokens(published), image);
  if (E.isLeft(sides)) return sides;
  const config: DeitConfig = { ...published, image: sides.right };
  const problems = configProblems(config);
  return problems.length > 0 ? E.left(`no DeiT has such shapes: ${problems.join('; ')}`) : E.right(config);
};
