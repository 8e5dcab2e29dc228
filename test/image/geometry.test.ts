import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Box, centerCrop, crop, resizedCrop } from '../../src/core/image/crop.ts';
import {
  EVALUATION_224,
  EVALUATION_384,
  EVALUATION_HUGGING_FACE_224,
  EVALUATION_HUGGING_FACE_BARE_224,
  EVALUATION_TIMM_224,
  EVALUATION_TIMM_384,
  evaluationCrop,
  evaluationFor,
  evaluationTransform,
  normalise,
} from '../../src/core/image/evaluation-transform.ts';
import { adoptImage, type Image, image, MAX_PIXELS, plain } from '../../src/core/image/image.ts';
import { type Orientation, orient } from '../../src/core/image/orientation.ts';
import { type Interpolation, resize, resizeShorter } from '../../src/core/image/resize.ts';
import { ShapeError } from '../../src/core/tensor/tensor.ts';
import { decodeImage } from '../../src/io/image/decode.ts';
import { golden } from '../support/golden.ts';
import { notEmpty } from '../support/not-empty.ts';
import { right } from '../support/right.ts';
import { differingBytes, readFixture } from './support.ts';

const digest = ({ data }: Image): string => createHash('sha256').update(data.slice()).digest('hex');

/** The same bytes as in `noise.py`. */
const noise = (width: number, height: number, seed: number): Image => {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return adoptImage(width, height, data);
};

const presets = { EVALUATION_224, EVALUATION_384, EVALUATION_TIMM_224, EVALUATION_TIMM_384, EVALUATION_HUGGING_FACE_224 };

type N = number;
const cases = JSON.parse(readFixture('geometry.json').toString()) as {
  readonly resize: readonly (readonly [N, N, N, N, N, Interpolation, string])[];
  readonly resizeShorter: readonly (readonly [N, N, N, N, Interpolation, string])[];
  readonly centerCrop: readonly (readonly [N, N, N, N, N, string])[];
  readonly resizedCrop: readonly (readonly [N, N, N, N, N, N, N, N, N, Interpolation, string])[];
  readonly evaluation: readonly (readonly ['chelsea' | 'coffee', keyof typeof presets, string])[];
};

describe('the bytes of Pillow and torchvision, on noise', () => {
  it('resize', () => {
    for (const [w, h, seed, toW, toH, kind, want] of notEmpty(cases.resize))
      expect(digest(resize(noise(w, h, seed), toW, toH, kind)), `${w}×${h} to ${toW}×${toH} ${kind}`).toBe(want);
  });
  it('resize as Pillow 13 has it', () => {
    const otherwise = JSON.parse(readFixture('pillow-13.json').toString()) as Readonly<Record<number, string>>;
    for (const [i, [w, h, seed, toW, toH, kind, want]] of notEmpty(cases.resize).entries())
      expect(digest(resize(noise(w, h, seed), toW, toH, kind, 'pillow-13')), `${w}×${h} to ${toW}×${toH} ${kind}`).toBe(
        otherwise[i] ?? want,
      );
    expect(Object.keys(otherwise).length).toBeGreaterThan(50);
  });
  it('resizeShorter', () => {
    for (const [w, h, seed, size, kind, want] of notEmpty(cases.resizeShorter))
      expect(digest(resizeShorter(noise(w, h, seed), size, kind)), `${w}×${h} to ${size} ${kind}`).toBe(want);
  });
  it('centerCrop, with padding', () => {
    for (const [w, h, seed, toH, toW, want] of notEmpty(cases.centerCrop))
      expect(digest(centerCrop(noise(w, h, seed), toH, toW)), `${w}×${h} to ${toW}×${toH}`).toBe(want);
  });
  it('resizedCrop', () => {
    for (const [w, h, seed, top, left, height, width, toH, toW, kind, want] of notEmpty(cases.resizedCrop))
      expect(digest(resizedCrop(noise(w, h, seed), { top, left, height, width }, toH, toW, kind))).toBe(want);
  });
});

describe('the evaluation transforms on the photographs', () => {
  const photographs: Record<string, Image> = {};
  beforeAll(async () => {
    for (const name of ['chelsea', 'coffee']) {
      photographs[name] = right(await decodeImage(readFileSync(new URL(`../../data/${name}.png`, import.meta.url)))());
    }
  });
  it.each(notEmpty(cases.evaluation))('%s, %s', (name, preset, want) => {
    const photograph = photographs[name] as Image;
    expect(digest(evaluationCrop(photograph, presets[preset]))).toBe(want);
    const { crop } = presets[preset];
    expect(evaluationTransform(photograph, presets[preset]).shape).toEqual([3, crop, crop]);
  });
  it('follow from the input size', () => {
    expect(evaluationFor(224)).toEqual(EVALUATION_224);
    expect(evaluationFor(384)).toEqual(EVALUATION_384);
  });
});

it('the bare processor of Hugging Face sees the same pixels, from −1 to 1', () => {
  const photograph = noise(300, 260, 5);
  expect(
    differingBytes(
      evaluationCrop(photograph, EVALUATION_HUGGING_FACE_BARE_224).data,
      evaluationCrop(photograph, EVALUATION_HUGGING_FACE_224).data,
    ),
  ).toBe(0);
  expect([...evaluationTransform(plain(300, 260, [0, 51, 255]), { ...EVALUATION_HUGGING_FACE_BARE_224, crop: 1 }).data]).toEqual([
    -1, -0.6, 1,
  ]);
});

describe('golden image_ops', () => {
  const tensors = golden('image_ops');
  const bytes = (name: string): Image => {
    const t = tensors[name];
    if (t === undefined) throw new Error(`no tensor ${name}`);
    const [height, width] = t.shape as readonly [number, number, number];
    return image(width, height, t.data);
  };
  const input = bytes('image');

  it.each(notEmpty(Object.keys(tensors).filter((name) => name.startsWith('resize_'))))('%s', (name) => {
    const [, kind, height, width] = /^resize_(bicubic|bilinear)\/(\d+)x(\d+)$/.exec(name) ?? [];
    const resized = resize(input, Number(width), Number(height), kind as Interpolation);
    expect(differingBytes(resized.data, bytes(name).data)).toBe(0);
  });

  it('eval', () => {
    const protocol = { ...EVALUATION_224, resize: 20, crop: 16 };
    expect(differingBytes(evaluationCrop(input, protocol).data, bytes('eval/resized_cropped').data)).toBe(0);
    const got = evaluationTransform(input, protocol);
    const want = tensors['eval/normalized'];
    expect(got.shape).toEqual(want?.shape);
    const worst = Math.max(...[...got.data].map((x, i) => Math.abs(x - (want?.data[i] as number))));
    expect(worst).toBeLessThanOrEqual(1e-12);
  });

  it('op/resized_crop', () => {
    const got = resizedCrop(input, { top: 3, left: 5, height: 14, width: 18 }, 16, 16, 'bicubic');
    expect(differingBytes(got.data, bytes('op/resized_crop').data)).toBe(0);
  });
});

describe('orient', () => {
  // What each orientation says of a 2 × 3 picture abc/def, from the drawings of Exif 2.32.
  const upright: Readonly<Record<Orientation, string>> = {
    1: 'abc/def',
    2: 'cba/fed',
    3: 'fed/cba',
    4: 'def/abc',
    5: 'ad/be/cf',
    6: 'da/eb/fc',
    7: 'fc/eb/da',
    8: 'cf/be/ad',
  };
  it.each(Object.entries(upright))('%s: %s', (orientation, want) => {
    const letters = image(
      3,
      2,
      [...'abcdef'].flatMap((letter) => [letter.charCodeAt(0), 0, 1]),
    );
    const turned = orient(letters, Number(orientation) as Orientation);
    const rows = Array.from({ length: turned.height }, (_, y) =>
      String.fromCharCode(...Array.from({ length: turned.width }, (_, x) => turned.data[(y * turned.width + x) * 3] as number)),
    );
    expect(rows.join('/')).toBe(want);
  });
});

describe('what does not fit', () => {
  const one = plain(1, 1, [1, 2, 3]);
  it.each([
    ['no pixels', () => resize(one, 0, 5)],
    ['half a pixel', () => resize(one, 1.5, 5)],
    ['too many pixels', () => resize(one, MAX_PIXELS, 2)],
    ['too many between the passes', () => resize(plain(1, 70_000, [0, 0, 0]), 70_000, 1)],
    ['too many from a thin one', () => resizeShorter(plain(1, 70_000, [0, 0, 0]), 1000)],
    ['not a size', () => centerCrop(one, Number.NaN)],
    ['bytes of another size', () => image(2, 2, [1, 2, 3])],
    ['half a shorter side', () => resizeShorter(one, 0.5)],
    ['a square of half a pixel', () => evaluationCrop(one, { ...EVALUATION_224, crop: 0.5 })],
    ['half a row of a box', () => resizedCrop(one, { top: 0.5, left: 0, height: 1, width: 1 }, 2, 2)],
  ])('%s', (_, make) => expect(make).toThrow(ShapeError));

  it.each<[object, string]>([
    [{ left: 113.5 }, 'left 113.5'],
    [{ top: Number.NaN, left: 0.5 }, 'top NaN and left 0.5'],
    [{ top: Number.NEGATIVE_INFINITY }, 'top -Infinity'],
    [{ top: undefined }, 'top undefined'],
    [{ left: '1' }, 'left "1"'],
  ])('a crop at %j says so', (at, got) => {
    const box = { top: 0, left: 0, height: 1, width: 1, ...at } as Box;
    expect(() => crop(one, box)).toThrow(new ShapeError('crop', `top and left are whole pixels, got ${got}`));
  });

  it('a name of no interpolation, and a number of no orientation', () => {
    for (const make of [() => resize(one, 2, 2, 'nearest' as Interpolation), () => resize(one, 1, 1, 'toString' as Interpolation)])
      expect(make).toThrow(/^resize: interpolation must be bilinear or bicubic, got (nearest|toString)$/);
    expect(() => orient(one, 9 as Orientation)).toThrow(new ShapeError('orient', 'an orientation is a number from 1 to 8, got 9'));
  });

  it('a crop that reaches beyond the image is black there, as in Pillow, and is the image elsewhere', () => {
    expect([...crop(one, { top: -1, left: 0, height: 2, width: 1 }).data]).toEqual([0, 0, 0, 1, 2, 3]);
    expect([...crop(one, { top: -(2 ** 52), left: 2 ** 52, height: 1, width: 1 }).data]).toEqual([0, 0, 0]);
    expect([...crop(one, { top: 5, left: -9, height: 1, width: 2 }).data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('no operation changes its input', () => {
    const input = noise(9, 7, 3);
    const before = digest(input);
    resize(input, 9, 7);
    resize(input, 4, 4);
    centerCrop(input, 20);
    orient(input, 6);
    normalise(input);
    expect(digest(input)).toBe(before);
  });
});
