import { adopt, type Tensor } from '../tensor/tensor.ts';
import { centerCrop } from './crop.ts';
import type { Image } from './image.ts';
import { type Interpolation, type Pillow, resize, resizeShorter } from './resize.ts';

/** One number a channel: red, green, blue. */
export type Rgb = readonly [number, number, number];

/** Mean of the training images of ImageNet, channels in `[0, 1]` (`timm: timm/data/constants.py`). */
export const IMAGENET_MEAN: Rgb = [0.485, 0.456, 0.406];
/** Standard deviation of the same. */
export const IMAGENET_STD: Rgb = [0.229, 0.224, 0.225];

/** From a photograph to the input of a model: resize, crop the middle, normalise. */
export interface EvaluationTransform {
  /** Length of the shorter side, or both sides `[height, width]` (which distorts). */
  readonly resize: number | readonly [number, number];
  /** Side of the square that is cut from the middle. */
  readonly crop: number;
  readonly interpolation: Interpolation;
  /** Whose order of passes `resize` takes. @defaultValue 'pillow', that of DeiT's time */
  readonly pillow?: Pillow;
  readonly mean: Rgb;
  readonly std: Rgb;
}

const published = (size: number, crop: number): EvaluationTransform => ({
  resize: size,
  crop,
  interpolation: 'bicubic',
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
});

/** The protocol of DeiT's published accuracies at 224: resize to ⌊224 · 256/224⌋ = 256 (`facebookresearch/deit: datasets.py`). */
export const EVALUATION_224 = published(256, 224);
/** The same at 384: ⌊384 · 256/224⌋ = 438. */
export const EVALUATION_384 = published(438, 384);
/** timm's own default for DeiT at 224: ⌊224 / 0.9⌋ = 248. Its accuracies are not those of the paper (`timm: timm/models/deit.py`). */
export const EVALUATION_TIMM_224 = published(248, 224);
/** timm's own default for DeiT at 384: crop_pct 1, the whole shorter side. */
export const EVALUATION_TIMM_384 = published(384, 384);
/** Hugging Face's DeiT processor as the published models configure it: a square of 256, whatever the shape of the photograph. */
export const EVALUATION_HUGGING_FACE_224: EvaluationTransform = { ...EVALUATION_224, resize: [256, 256] };
/** The same without a model's configuration, `DeiTImageProcessor()`: channels in `[−1, 1]`, not ImageNet's statistics (`transformers: image_processing_deit.py`). */
export const EVALUATION_HUGGING_FACE_BARE_224: EvaluationTransform = {
  ...EVALUATION_HUGGING_FACE_224,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

/**
 * The published protocol for a model of the given input size: the shorter side becomes `⌊size · 256/224⌋`.
 *
 * @example
 * evaluationFor(384).resize // 438
 */
export const evaluationFor = (size: number): EvaluationTransform => published(Math.floor((size * 256) / 224), size);

/**
 * `(byte / 255 − mean) / std` in float64, channels first.
 *
 * @returns `(3, H, W)`
 * @example
 * normalise(plain(1, 1, [0, 255, 0])).data // ≈ [-2.1179, 2.4286, -1.8044]
 */
export const normalise = (image: Image, mean: Rgb = IMAGENET_MEAN, std: Rgb = IMAGENET_STD): Tensor => {
  const area = image.width * image.height;
  const out = new Float64Array(3 * area);
  for (let c = 0; c < 3; c++) {
    const m = mean[c] as number;
    const s = std[c] as number;
    for (let i = 0; i < area; i++) out[c * area + i] = ((image.data[i * 3 + c] as number) / 255 - m) / s;
  }
  return adopt([3, image.height, image.width], out);
};

/**
 * The square that the model sees, before normalisation: what an attention map lies over.
 *
 * @example
 * evaluationCrop(plain(300, 260, [0, 0, 0]), EVALUATION_224).width // 224
 */
export const evaluationCrop = (image: Image, { resize: size, crop, interpolation, pillow }: EvaluationTransform): Image =>
  centerCrop(
    typeof size === 'number' ? resizeShorter(image, size, interpolation, pillow) : resize(image, size[1], size[0], interpolation, pillow),
    crop,
  );

/**
 * The evaluation transform: resize, crop the middle, normalise.
 *
 * @returns `(3, crop, crop)`
 * @throws ShapeError when the image is so long and thin that the resized one would be over the pixel limit.
 * @example
 * evaluationTransform(plain(300, 260, [0, 0, 0]), EVALUATION_224).shape // [3, 224, 224]
 */
export const evaluationTransform = (image: Image, evaluation: EvaluationTransform = EVALUATION_224): Tensor =>
  normalise(evaluationCrop(image, evaluation), evaluation.mean, evaluation.std);
