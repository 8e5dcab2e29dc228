import { describe, expect, it } from 'vitest';
import { dual, jvp } from '../../src/core/interpret/jvp.ts';
import { reference } from '../../src/core/interpret/reference.ts';
import { problems, type Sketch, shape, sketch } from '../../src/core/interpret/shape.ts';
import { trace, untraced } from '../../src/core/interpret/trace.ts';
import { variable, vjp } from '../../src/core/interpret/vjp.ts';
import type { Ops } from '../../src/core/language/ops.ts';
import { attention } from '../../src/core/model/deit/attention.ts';
import { type DeitConfig, deitConfig } from '../../src/core/model/deit/config.ts';
import { deit, tokens } from '../../src/core/model/deit/deit.ts';
import { type DeitParams, mapParams, paramShapes, specification } from '../../src/core/model/deit/params.ts';
import { patchEmbedding, patches } from '../../src/core/model/deit/patch-embedding.ts';
import { type Regrid, resizePositions } from '../../src/core/model/deit/position-embedding.ts';
import type { Shape, Shaped } from '../../src/core/tensor/shape.ts';
import { ShapeError, type Tensor, zeros } from '../../src/core/tensor/tensor.ts';

const config = deitConfig({ image: [8, 12], patch: 4, dim: 12, depth: 2, heads: 3, classes: 5, distilled: true });
const IMAGE = [2, 3, 8, 12];
type Shapes = DeitParams<Shaped>;

/** The parameters of a configuration, some of other shapes. */
const shapesWith = (other: Readonly<Record<string, Shape>> = {}, c: DeitConfig = config): Shapes =>
  mapParams((spec, name) => ({ shape: other[name] ?? spec.shape }), specification(c));
const run = <T extends Shaped>(o: Ops<T>, into: (shape: Shape) => T, p: Shapes, image: Shape, c: DeitConfig): readonly T[] =>
  Object.values(deit(o, c)(mapParams((s) => into(s.shape), p), into(image))); // biome-ignore format: one line
/** The messages that the shape interpreter collects, after a look at what the others throw: all of them at once. */
const mistakes = (p: Shapes, image: Shape = IMAGE, c: DeitConfig = config): readonly string[] => {
  const found = problems(run(shape, sketch, p, image, c));
  expect(problems(run(vjp(shape), (s) => variable(sketch(s)), p, image, c).map((y) => y.value))).toEqual(found);
  expect(problems(run(jvp(shape), (s) => dual(sketch(s), sketch(s)), p, image, c).flatMap((y) => [y.value, y.tangent]))).toEqual(found);
  expect(problems(run(trace(shape), (s) => untraced(sketch(s)), p, image, c).map((y) => y.value))).toEqual(found);
  const message = `deit: ${found.map((problem) => problem.message).join('; ')}`;
  expect(() => run(reference, zeros, p, image, c)).toThrow(ShapeError);
  expect(() => run(reference, zeros, p, image, c)).toThrow(message);
  expect(() => run(trace(vjp(jvp(reference))), (s) => untraced(variable(dual(zeros(s), zeros(s)))), p, image, c)).toThrow(message);
  for (const { operation, where } of found) expect([operation, where]).toEqual(['deit', '']);
  return found.map((problem) => problem.message);
};

describe('one misshapen parameter is one mistake', () => {
  const names = Object.entries(paramShapes(config)).filter(([name]) => !name.startsWith('blocks.1'));
  it.each(names)('%s', (name, right) => {
    for (const wrong of [[...right.slice(0, -1), (right.at(-1) as number) + 1], [right[0] + 1, ...right.slice(1)], right.slice(1), []])
      expect(mistakes(shapesWith({ [name]: wrong }))).toEqual([`parameter ${name} is (${wrong.join(', ')}), not (${right.join(', ')})`]);
  });
});

it('parameters without blocks, or none at all, are told like others', () => {
  const { blocks, ...rest } = mapParams((spec) => zeros(spec.shape), specification(config));
  const run = (p: object): unknown => deit(reference, config)(p as DeitParams<Tensor>, zeros(IMAGE));
  expect(() => run(rest)).toThrow(`deit: the parameters are those of 0 blocks, not of ${blocks.length}`);
  expect(() => run({})).toThrow('parameter cls_token (1, 1, 12) is missing');
});

it('mistakes of image and parameters are told together', () => {
  const params = shapesWith({ 'blocks.1.attn.qkv.weight': [35, 12], 'head.bias': [6], pos_embed: [1, 12] });
  expect(mistakes(params, [2, 3, 9, 12])).toEqual([
    'image (2, 3, 9, 12) is not (B, 3, 8, 12)',
    'parameter pos_embed is (1, 12), not (1, 8, 12)',
    'parameter blocks.1.attn.qkv.weight is (35, 12), not (36, 12)',
    'parameter head.bias is (6), not (5)',
  ]);
});

it('and what else is wrong, after them', () => {
  const p = mapParams((s) => sketch(s.shape), shapesWith({ 'head.bias': [6] }));
  const { cls } = deit(shape, config)(p, sketch(IMAGE), { tokens: sketch([2, 8, 11]) });
  expect(problems([cls]).map(({ operation }) => operation)).toEqual(['deit', 'mul']);
});

it.each([[[3, 8, 12]], [[2, 1, 8, 12]], [[2, 3, 12, 8]], [[]]])('an image %j', (image) => {
  expect(mistakes(shapesWith(), image)).toEqual([`image (${image.join(', ')}) is not (B, 3, 8, 12)`]);
});

describe('parameters of another configuration', () => {
  it('of another depth: one mistake', () => {
    expect(mistakes(shapesWith(), IMAGE, { ...config, depth: 5 })).toEqual(['the parameters are those of 2 blocks, not of 5']);
    expect(mistakes(shapesWith(), IMAGE, { ...config, depth: 1 })).toEqual(['the parameters are those of 2 blocks, not of 1']);
  });
  const surplus = [
    'parameter pos_embed is (1, 8, 12), not (1, 7, 12)',
    'parameter dist_token (1, 1, 12) does not belong to this configuration',
    'parameter head_dist.weight (5, 12) does not belong to this configuration',
    'parameter head_dist.bias (5) does not belong to this configuration',
  ];
  it('distilled weights in a plain model', () => expect(mistakes(shapesWith(), IMAGE, { ...config, distilled: false })).toEqual(surplus));
  it('no distillation token', () => {
    const { dist_token: _, ...rest } = shapesWith();
    expect(mistakes(rest)).toEqual(['parameter dist_token (1, 1, 12) is missing']);
  });
  it('a head that is there and undefined is none', () => {
    const { head_dist: _, ...rest } = shapesWith();
    expect(mistakes({ ...rest, head_dist: undefined } as unknown as Shapes)).toEqual([
      'parameter head_dist.weight (5, 12) is missing',
      'parameter head_dist.bias (5) is missing',
    ]);
  });
});

it.each<[Partial<DeitConfig>, string]>([
  [{ heads: 8 }, 'dim 12 is not a multiple of heads 8'],
  [{ heads: 5 }, 'dim 12 is not a multiple of heads 5'],
  [{ eps: Number.POSITIVE_INFINITY }, 'eps must be a number above 0, got Infinity'],
  [{ image: [9, 12] }, 'image side 9 is not a positive multiple of patch 4'],
])('a configuration that is none: %j', (change, message) => {
  expect(mistakes(shapesWith(), IMAGE, { ...config, ...change })).toEqual([message]);
});

/** What one part of the model makes of shapes: the problems collected, and the error thrown, which are one. */
const part = (f: <T extends Shaped>(o: Ops<T>, given: readonly T[]) => T, ...shapes: readonly Shape[]): readonly string[] => {
  const found = problems([f(shape, shapes.map(sketch))]); // biome-ignore format: one line
  expect(() => f(reference, shapes.map(zeros))).toThrow(`${found[0].operation}: ${found[0].message}`); // biome-ignore format: one line
  return found.map(({ operation, message }) => `${operation}: ${message}`);
};

describe('parts of the model by themselves', () => {
  const qkv = (heads: number) => <T extends Shaped>(o: Ops<T>, [x, w, b, v, c]: readonly T[]): T =>
    o.scale(2, attention(o)(heads, { qkv: { weight: w, bias: b }, proj: { weight: v, bias: c } }, x)); // biome-ignore format: one line
  const weights = [[36, 12], [36], [12, 12], [12]]; // biome-ignore format: one line
  it.each([[5, [2, 8, 12]], [8, [2, 8, 12]], [1.5, [2, 8, 12]], [0, [2, 8, 12]], [3, [8, 12]]])('attention: %d heads on %j', (heads, x) => {
    expect(part(qkv(heads), x, ...weights)).toEqual([`attention: x (${x.join(', ')}) is not (B, N, D) with D a multiple of ${heads} heads`]);
  }); // biome-ignore format: one line
  it.each([
    ['qkv weight', [[2, 8, 12], [35, 12], [36], [12, 12], [12]]],
    ['qkv bias', [[2, 8, 12], [36, 12], [35], [12, 12], [12]]],
    ['proj weight', [[2, 8, 12], [36, 12], [36], [13, 12], [12]]],
  ])('attention: one wrong %s is one mistake', (_, shapes) => expect(part(qkv(3), ...shapes)).toHaveLength(1)); // biome-ignore format: one line
  it.each([[[2, 3, 9, 12]], [[2, 3, 8, 13]], [[3, 8, 12]], [[]]])('patches of %j', (image) => {
    expect(part((o, [x]) => patches(o)(4, x), image)).toEqual([
      `patches: image (${image.join(', ')}) is not (B, C, H, W) with H and W multiples of the patch 4`,
    ]);
  });
  it.each([[[12, 3, 4, 5]], [[12, 48]], [[12]], [[]]])('patch embedding with a weight %j', (weight) => {
    const embed = <T extends Shaped>(o: Ops<T>, [w, bias, image]: readonly T[]): T => patchEmbedding(o)({ weight: w, bias }, image);
    expect(part(embed, weight, [12], IMAGE)).toEqual([`patchEmbedding: weight (${weight.join(', ')}) is not (D, C, P, P)`]);
  });
  it.each([[[1, 12]], [[12]], [[]], [[1, 7, 12]]])('tokens with a position embedding %j, which is not broadcast', (pos) => {
    const p = shapesWith({ pos_embed: pos });
    expect(() => tokens(reference)(mapParams((s) => zeros(s.shape), p), zeros(IMAGE))).toThrow(/^reshape: /); // biome-ignore format: one line
  });
  const regrid: Regrid = { from: [2, 3], to: [4, 5], prefix: 1, variant: 'facebook' };
  it.each<[Partial<Regrid>, Shape, readonly string[]]>([
    [{}, [1, 8, 2], ['(1, 8, 2) is not (1, 1 + 2·3, D)']],
    [{}, [2, 7, 2], ['(2, 7, 2) is not (1, 1 + 2·3, D)']],
    [{}, [7, 2], ['(7, 2) is not (1, 1 + 2·3, D)']],
    [{ to: [2.5, 2] }, [1, 7, 2], ['grid (2.5, 2) is not two whole numbers above 0']],
    [{ to: [2, -1] }, [1, 7, 2], ['grid (2, -1) is not two whole numbers above 0']],
    [{ to: [0, 2] }, [1, 8, 2], ['grid (0, 2) is not two whole numbers above 0', '(1, 8, 2) is not (1, 1 + 2·3, D)']],
    [{ prefix: -1 }, [1, 5, 2], ['prefix -1 is not a whole number']],
  ])('a position embedding for %j', (change, embedding, messages) => {
    const found = problems([resizePositions(shape)({ ...regrid, ...change }, sketch(embedding))]) satisfies readonly { message: string }[];
    expect(found.map((problem) => problem.message)).toEqual(messages);
    expect(() => resizePositions(reference)({ ...regrid, ...change }, zeros(embedding))).toThrow(`resizePositions: ${messages.join('; ')}`);
  });
});

it('a sketch of no shape is a problem', () => {
  const y: Sketch = shape.scale(2, sketch([-1]));
  expect(problems([y]).map(({ operation }) => operation)).toEqual(['sketch']);
});
