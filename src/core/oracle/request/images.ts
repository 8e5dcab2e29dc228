import * as E from 'fp-ts/lib/Either.js';
import { evaluationTransform, IMAGENET_MEAN, IMAGENET_STD } from '../../image/evaluation-transform.ts';
import { type Image, image } from '../../image/image.ts';
import { resize } from '../../image/resize.ts';
import { ShapeError, type Tensor, tensor } from '../../tensor/tensor.ts';
import { count, oneOf, pair, positiveTriple, side, type Triple, triple } from './attributes.ts';
import { type Input, type Operation, operation } from './operation.ts';

const IMAGE: readonly Input<'image'>[] = [{ name: 'image', axes: ['H', 'W', 3], kind: 'bytes' }];
const interpolation = oneOf('bicubic', 'bilinear')('bicubic');
const pillow = oneOf('pillow', 'pillow-13')('pillow');

/** What `work` gives, or why it cannot be done. */
const attempt = <A>(work: () => A): E.Either<string, A> =>
  E.tryCatch(work, (thrown) => {
    if (thrown instanceof ShapeError) return thrown.message;
    throw thrown;
  });

const imageOf = ({ shape: [height, width], data }: Tensor): E.Either<string, Image> => attempt(() => image(width, height, data));

const resized = operation({
  name: 'resize',
  summary: "an image resized, the same bits as Pillow's (its order of passes changed in 13.0)",
  outputs: 'y',
  bytes: true,
  schema: { size: pair(), interpolation, pillow },
  inputs: () => IMAGE,
  result: (a, given) =>
    E.chain((source: Image) =>
      attempt(() => {
        const out = resize(source, a.size[1], a.size[0], a.interpolation, a.pillow);
        return { y: tensor([out.height, out.width, 3], out.data) };
      }),
    )(imageOf(given.image)),
});

/** Normalised pixels are (x − mean) / std for x from 0 to 1: what would be no number is refused. */
const unbounded = (mean: Triple, std: Triple): readonly string[] =>
  std.every((s, i) => Number.isFinite((1 + Math.abs(mean[i])) / s))
    ? []
    : [`mean ${JSON.stringify(mean)} over std ${JSON.stringify(std)} goes beyond float64; give a larger std or a smaller mean`];

const preprocess = operation({
  name: 'preprocess',
  summary: 'the published evaluation transform: resize, crop the middle, normalise',
  outputs: 'y',
  schema: { resize: side(256), crop: count(224), interpolation, pillow, mean: triple(IMAGENET_MEAN), std: positiveTriple(IMAGENET_STD) },
  check: ({ mean, std }) => unbounded(mean, std),
  inputs: () => IMAGE,
  result: (a, given) => E.chain((source: Image) => attempt(() => ({ y: evaluationTransform(source, a) })))(imageOf(given.image)),
});

/** Operations on images of bytes, which no engine runs. */
export const IMAGES: readonly Operation[] = [resized, preprocess];
