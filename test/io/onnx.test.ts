import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { deitConfig } from '../../src/core/model/deit/config.ts';
import { seededParams } from '../../src/core/model/deit/init/seeded-params.ts';
import { mapParams } from '../../src/core/model/deit/params.ts';
import { size } from '../../src/core/tensor/shape.ts';
import { full, type Tensor, zeros } from '../../src/core/tensor/tensor.ts';
import { deitOnnx } from '../../src/io/onnx/export.ts';

const c = deitConfig({ dim: 8, depth: 1, heads: 2, image: [16, 16], classes: 2, distilled: true });
const params = seededParams(1, c);
const message = (result: ReturnType<typeof deitOnnx>): string => (E.isLeft(result) ? result.left.message : 'written');

it('keeps nothing in float32 where it is float64', () => {
  const operators = (dtype: 'F32' | 'F64') =>
    E.map((bytes: Uint8Array) => Buffer.from(bytes).includes('LayerNormalization'))(deitOnnx(c, params, dtype));
  expect([operators('F32'), operators('F64')]).toEqual([E.right(true), E.right(false)]);
});

describe('deitOnnx refuses', () => {
  it('every mistake of a configuration at once', () => {
    expect(message(deitOnnx({ ...c, heads: 3, eps: 0 }, params))).toBe(
      'ONNX: dim 8 is not a multiple of heads 3; eps must be a number above 0, got 0',
    );
  });

  it('a batch that is none, or whose attention nobody could hold', () => {
    expect(message(deitOnnx(c, params, 'F32', 1.5))).toMatch(/batch must be a whole number above 0, got 1.5/);
    expect(message(deitOnnx(c, params, 'F32', 1e9))).toMatch(/attention would hold \d+ numbers for 1000000000 images/);
  });

  it('parameters of another model, each by its name', () => {
    const { head_dist: _, ...plain } = params;
    expect(message(deitOnnx(c, { ...plain, pos_embed: zeros([1, 2, 8]) }))).toBe(
      'ONNX: pos_embed must be (1, 3, 8), got (1, 2, 8); head_dist.weight must be (2, 8), it is missing; head_dist.bias must be (2), it is missing',
    );
  });

  it('a weight that the type cannot hold, where it is', () => {
    const large = { ...params, norm: { ...params.norm, bias: full([8], 65520) } };
    expect(message(deitOnnx(c, large, 'F16'))).toBe('ONNX: norm.bias holds 65520 at flat index 0, which F16 cannot hold');
    expect(message(deitOnnx(c, large))).toBe('written');
  });

  it('more than a file of protocol buffers holds, before anything is encoded', () => {
    const huge = deitConfig({ dim: 64, depth: 1, heads: 1, classes: 9_000_000 });
    const hollow = mapParams(
      ({ shape }): Tensor => ({ shape, data: { length: size(shape) } as Tensor['data'] }),
      seededParams(1, { ...huge, classes: 2 }),
    );
    const head = { weight: { shape: [9_000_000, 64], data: { length: 576_000_000 } as Tensor['data'] }, bias: zeros([9_000_000]) };
    expect(message(deitOnnx(huge, { ...hollow, head }))).toMatch(
      /^ONNX: the weights take \d+ bytes as F32, and a model in one file holds \d+; use a smaller type$/,
    );
  });
});
